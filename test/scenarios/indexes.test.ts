/** Images of several architectures: whole, and in parts. */
import { expect } from 'chai';
import { createIndex } from '../support/image/image.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { createPerson } from '../support/scenarios/person.ts';

const MINUTE_MS = 60_000;

describeScenarios('indexes', (scenario) => {
  scenario(
    {
      id: 'index-new',
      given: 'a repository of plain images',
      when: 'an index of two architectures is pushed',
      outcome: 'a pull gets the index and each architecture, and Katello knew the list before its tag',
    },
    async (scene) => {
      const [one, index] = [scene.image('one'), scene.index('multi')];
      await scene.push('1', one);
      await scene.run();
      scene.lab.calls.katello.length = 0;

      await scene.push('multi', index);
      await scene.run();

      const imports = scene.lab.calls.katello.filter(({ url }) => url.endsWith('/import_uploads'));
      expect(imports).to.have.lengthOf(2);
      await expectPulls(scene, { 1: one, multi: index });
    },
  );

  scenario(
    {
      id: 'index-first',
      given: 'no repository yet',
      when: 'an index is pushed under two tags, and one of its architectures by itself',
      outcome: 'a pull gets each of them',
      isLong: true,
    },
    async (scene) => {
      const index = scene.index('multi');
      const amd64 = scene.image('multi', 'amd64');
      await scene.push('1', index);
      await scene.push('latest', index);
      await scene.push('amd64', amd64);

      await scene.run();

      await expectPulls(scene, { 1: index, latest: index, amd64 });
    },
  );

  scenario(
    {
      id: 'index-replaces-image',
      given: 'a tag on one image',
      when: 'an index that holds this image is pushed to it, and afterwards another image',
      outcome: 'a pull gets the index, and afterwards the image',
      isLong: true,
    },
    async (scene) => {
      const [index, other] = [scene.index('multi'), scene.image('other')];
      await scene.push('latest', scene.image('multi', 'amd64'));
      await scene.run();

      await scene.push('latest', index);
      await scene.run();
      await expectPulls(scene, { latest: index });

      await scene.push('latest', other);
      await scene.run();
      await expectPulls(scene, { latest: other });
    },
  );

  scenario(
    {
      id: 'index-incomplete',
      given: 'a tag in Katello',
      when: 'an index is pushed to it of which one architecture is missing',
      outcome: 'a pull still gets the old image, the receipt names what is missing, and the path is looked at again',
    },
    async (scene) => {
      const [old, arm64] = [scene.image('old'), scene.image('multi', 'arm64')];
      await scene.push('multi', old);
      await scene.run();

      await scene.push('multi', scene.index('multi'), [arm64]);
      await scene.run();

      await expectPulls(scene, { multi: old });
      const [held] = scene.receipt().leftAlone;
      expect(held).to.include({ tag: 'multi', reason: 'incomplete-index' });
      expect(held?.message).to.contain(arm64.manifest.digest);
      const lookAt = scene.lab.looks.get(scene.path) ?? 0;
      expect(lookAt - scene.lab.deps.now()).to.be.within(1, MINUTE_MS);
    },
  );

  scenario(
    {
      id: 'index-completed',
      given: 'a tag that is held back because its index lacks an architecture',
      when: 'the missing one arrives',
      outcome: 'a pull gets the index',
    },
    async (scene) => {
      const [old, index, arm64] = [scene.image('old'), scene.index('multi'), scene.image('multi', 'arm64')];
      await scene.push('multi', old);
      await scene.push('multi', index, [arm64]);
      await scene.run();

      await scene.push('multi', index);
      await scene.run();

      await expectPulls(scene, { multi: index });
      expect(scene.receipt().leftAlone).to.deep.equal([]);
    },
  );

  scenario(
    {
      id: 'index-completed-beside-edit',
      given: 'a tag that is held back because its index lacks an architecture',
      when: 'the missing one arrives, and somebody moves another tag in Katello before the next run',
      outcome: 'a pull gets the index, and the other tag as it was moved',
    },
    async (scene) => {
      const [old, index, arm64] = [scene.image('old'), scene.index('multi'), scene.image('multi', 'arm64')];
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('stable', one);
      await scene.push('latest', two);
      await scene.push('multi', old);
      await scene.run();
      await scene.push('multi', index, [arm64]);
      await scene.run();

      await createPerson(scene).retag('latest', one);
      await scene.push('multi', index);
      await scene.run();

      await expectPulls(scene, { stable: one, latest: one, multi: index }, { pins: { latest: two } });
    },
  );

  scenario(
    {
      id: 'index-nested',
      given: 'a tag in Katello',
      when: 'an index of indexes is pushed to it, and then a flat one',
      outcome: 'a pull gets the old image as long as the nested one is pushed, and then the flat index',
    },
    async (scene) => {
      const [old, flat] = [scene.image('old'), scene.index('multi')];
      await scene.push('multi', old);
      await scene.run();

      await scene.push('multi', createIndex([flat]));
      await scene.run();
      await expectPulls(scene, { multi: old });
      expect(scene.receipt().leftAlone).to.have.nested.property('[0].reason', 'nested-index');

      await scene.push('multi', flat);
      await scene.run();
      await expectPulls(scene, { multi: flat });
    },
  );
});
