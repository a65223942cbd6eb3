/** Katello names its repositories in its registry, by a pattern that an administrator may change at any time. */
import { expect } from 'chai';
import { createAdministrator } from '../support/scenarios/administrator.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { createInterruption } from '../support/scenarios/interruption.ts';
import { createPerson } from '../support/scenarios/person.ts';
import type { Scene } from '../support/scenarios/scene.ts';

const PATTERN = '<%= organization.label %>/images/<%= repository.label %>';

/** Passes if Katello calls the repository by the pattern, and the last receipt says to pull this tag by that name. */
async function expectNamed(scene: Scene, tag: string): Promise<void> {
  const [organization, , name] = scene.path.split('/');
  const named = `${organization}/images/${name}`;
  expect(await scene.repository()).to.include({ container_repository_name: named });
  expect(scene.receipt().pull.map((pull) => pull.slice(pull.indexOf('/') + 1))).to.deep.equal([`${named}:${tag}`]);
}

describeScenarios('naming', (scenario) => {
  scenario(
    {
      id: 'naming-before-push',
      given: 'a pattern for the names in Library',
      when: 'the first tag is pushed',
      outcome: 'a pull gets it by the name of the pattern, which the receipt tells',
    },
    async (scene) => {
      const one = scene.image('one');
      await createAdministrator(scene).nameBy(PATTERN);

      await scene.push('1', one);
      await scene.run();

      await expectNamed(scene, '1');
      await expectPulls(scene, { 1: one });
    },
  );

  scenario(
    {
      id: 'naming-changed',
      given: 'a tag in Katello, whose administrator changes the pattern for the names in Library',
      when: 'another tag is pushed',
      outcome: 'a pull gets both by the new name, which the receipt tells, and none of them by the old one',
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.run();
      const { container_repository_name: before } = await scene.repository();
      await createAdministrator(scene).nameBy(PATTERN);
      scene.lab.calls.katello.length = 0;

      await scene.push('2', two);
      await scene.run();

      await expectNamed(scene, '2');
      const writes = scene.lab.calls.katello.filter(({ method }) => method !== 'GET');
      expect(writes.filter(({ url }) => !url.endsWith('/import_uploads'))).to.deep.equal([]);
      await expectPulls(scene, { 1: one, 2: two });
      expect(await scene.pulp.findDistribution(before)).to.equal(null);
    },
  );

  for (const [version, name, before] of [
    ['4.14.3', '4-14', '-web-'],
    ['4.19.2', '4-19', '/web/'],
  ] as const) {
    const interruption = createInterruption();
    scenario(
      {
        id: `naming-changed-${name}`,
        given: `a tag in Katello ${version.slice(0, 4)}, and a run with another one`,
        when: 'the pattern changes when the run is about to publish, and is taken away again before the next push',
        outcome: 'a pull gets all by the name of the moment, which each receipt tells',
        isLong: true,
      },
      async (scene) => {
        const administrator = createAdministrator(scene);
        const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
        const first = scene.path.replace('/web/', before);
        await scene.push('1', one);
        await scene.run();
        expect(await scene.repository()).to.include({ container_repository_name: first });
        interruption.before('importTag', () => administrator.nameBy(PATTERN));
        await scene.push('2', two);
        await scene.run();
        await expectNamed(scene, '2');
        await expectPulls(scene, { 1: one, 2: two });

        await administrator.nameBy('');
        await scene.push('3', three);
        await scene.run();

        expect(scene.receipt().pull.map((pull) => pull.slice(pull.indexOf('/') + 1))).to.deep.equal([`${first}:3`]);
        await expectPulls(scene, { 1: one, 2: two, 3: three });
      },
      { ...interruption.options, katelloVersion: version },
    );
  }

  scenario(
    {
      id: 'naming-changed-unseen',
      given: 'a tag in Katello',
      when: 'the pattern changes and nobody pushes',
      outcome: 'a pull gets the tag by the new name, and a run has nothing to do',
      isLong: true,
    },
    async (scene) => {
      const one = scene.image('one');
      await scene.push('1', one);
      await scene.run();

      await createAdministrator(scene).nameBy(PATTERN);

      expect(await scene.run()).to.deep.equal({ kind: 'done', result: 'unchanged' });
      await expectPulls(scene, { 1: one });
    },
  );

  const onPublish = createInterruption();
  scenario(
    {
      id: 'naming-changed-before-publish',
      given: 'a tag in Katello, and a run with another one',
      when: 'the pattern changes when the run is about to publish',
      outcome: 'a pull gets both by the new name, which the receipt tells',
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.run();
      onPublish.before('importTag', () => createAdministrator(scene).nameBy(PATTERN));

      await scene.push('2', two);
      await scene.run();

      await expectNamed(scene, '2');
      await expectPulls(scene, { 1: one, 2: two });
    },
    onPublish.options,
  );

  scenario(
    {
      id: 'naming-changing',
      given: 'a tag in Katello, which has changed the name of the repository but not yet its distribution',
      when: 'another tag is pushed',
      outcome: 'a pull gets both by the new name',
    },
    async (scene) => {
      const person = createPerson(scene);
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.run();
      await person.hold('Environment::PublishContainerRepositories');
      const renaming = createAdministrator(scene).nameBy(PATTERN);
      await person.held();

      await scene.push('2', two);
      await scene.run();
      await person.release();
      await renaming;
      await scene.run();

      await expectNamed(scene, '2');
      await expectPulls(scene, { 1: one, 2: two });
    },
  );
});
