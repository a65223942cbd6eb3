/** What people change in Katello stays so until it is pushed again. */
import { expect } from 'chai';
import { dropPins } from '../../lib/app/pushes.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { createPerson } from '../support/scenarios/person.ts';
import type { Scene } from '../support/scenarios/scene.ts';

const signal = new AbortController().signal;

/** Tags that plan and receipt leave alone as pinned. */
async function pinned(scene: Scene): Promise<{ inPlan: string[]; inReceipt: string[] }> {
  const plan = await scene.lab.plan(scene.path, signal);
  const tagsOf = (left: readonly { tag: string; reason: string }[] = []): string[] =>
    left.filter(({ reason }) => reason === 'pinned').map(({ tag }) => tag);
  return { inPlan: tagsOf(plan?.leftAlone), inReceipt: tagsOf(scene.receipt().leftAlone) };
}

describeScenarios('pins', (scenario) => {
  scenario(
    {
      id: 'pin-retagged',
      given: 'a tag that somebody moved in Katello',
      when: 'other tags are pushed',
      outcome: 'it stays as it was moved, and plan and receipt say that it is pinned',
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('stable', one);
      await scene.push('latest', two);
      await scene.run();
      await createPerson(scene).retag('latest', one);

      await scene.push('other', three);
      await scene.run();

      await expectPulls(scene, { stable: one, latest: one, other: three }, { pins: { latest: two } });
      expect(await pinned(scene)).to.deep.equal({ inPlan: ['latest'], inReceipt: ['latest'] });
    },
  );

  scenario(
    {
      id: 'pin-removed',
      given: 'a tag that somebody took out of Katello',
      when: 'other tags are pushed',
      outcome: 'it stays out',
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('stable', one);
      await scene.push('bad', two);
      await scene.run();
      await createPerson(scene).untag('bad', ['stable', one]);

      await scene.push('other', three);
      await scene.run();

      await expectPulls(scene, { stable: one, other: three }, { pins: { bad: two } });
      expect(await pinned(scene)).to.deep.equal({ inPlan: ['bad'], inReceipt: ['bad'] });
    },
  );

  scenario(
    {
      id: 'pin-added',
      given: 'a tag that somebody made in Katello',
      when: 'other tags are pushed',
      outcome: 'it stays there',
      isLong: true,
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.run();
      await createPerson(scene).retag('approved', one);

      await scene.push('2', two);
      await scene.run();

      await expectPulls(scene, { 1: one, 2: two, approved: one }, { pins: { approved: null } });
    },
  );

  scenario(
    {
      id: 'pin-unseen',
      given: 'a tag that somebody moved in Katello while nobody pushed',
      when: 'a run comes by',
      outcome: 'it stays as it was moved, and is pinned',
      isLong: true,
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('stable', one);
      await scene.push('latest', two);
      await scene.run();
      await createPerson(scene).retag('latest', one);

      await scene.run();

      await expectPulls(scene, { stable: one, latest: one }, { pins: { latest: two } });
    },
  );

  scenario(
    {
      id: 'pin-pushed-again',
      given: 'a pinned tag',
      when: 'another image is pushed to it',
      outcome: 'a pull gets that image, and the pin is gone',
      isLong: true,
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('stable', one);
      await scene.push('latest', two);
      await scene.run();
      await createPerson(scene).retag('latest', one);
      await scene.run();

      await scene.push('latest', three);
      await scene.run();

      await expectPulls(scene, { stable: one, latest: three });
      expect(await pinned(scene)).to.deep.equal({ inPlan: [], inReceipt: [] });
    },
  );

  scenario(
    {
      id: 'pin-dropped',
      given: 'one tag that somebody moved in Katello, and one that somebody made there',
      when: 'the path is reprocessed with --unpin',
      outcome: 'a pull gets what was pushed',
    },
    async (scene) => {
      const person = createPerson(scene);
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('stable', one);
      await scene.push('latest', two);
      await scene.run();
      await person.retag('latest', one);
      await person.retag('approved', one);
      await scene.run();

      await dropPins(scene.lab, scene.lab.deps.settings.prefix, scene.path, signal);
      await scene.run();

      await expectPulls(scene, { stable: one, latest: two });
      expect(scene.receipt().leftAlone).to.deep.equal([]);
    },
  );

  scenario(
    {
      id: 'pin-dropped-unseen',
      given: 'a tag that somebody moved in Katello while nobody pushed',
      when: 'the path is reprocessed with --unpin before any run saw it',
      outcome: 'a pull gets what was pushed',
      isLong: true,
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('stable', one);
      await scene.push('latest', two);
      await scene.run();
      await createPerson(scene).retag('latest', one);

      await dropPins(scene.lab, scene.lab.deps.settings.prefix, scene.path, signal);
      await scene.run();

      await expectPulls(scene, { stable: one, latest: two });
    },
  );

  scenario(
    {
      id: 'pin-labels-lost',
      given: 'tags in Katello of which one was pushed never, and labels that somebody took away',
      when: 'a run comes by',
      outcome: 'pushed tags are as pushed, and the other one is pinned instead of removed',
      isLong: true,
    },
    async (scene) => {
      const person = createPerson(scene);
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('1', one);
      await scene.push('2', two);
      await scene.run();
      await person.retag('approved', one);
      await person.loseLabels();
      await scene.push('2', three);

      await scene.run();

      await expectPulls(scene, { 1: one, 2: three, approved: one }, { pins: { approved: null } });
    },
  );
});
