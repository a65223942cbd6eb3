/** What Pulp does by itself, or its administrator does to push repositories. */
import { expect } from 'chai';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { createInterruption } from '../support/scenarios/interruption.ts';
import type { Scene } from '../support/scenarios/scene.ts';
import { createWeather } from '../support/scenarios/weather.ts';

/** Makes a `container` repository out of a push repository of the old type. */
async function migrate({ pulp, pushName }: Scene): Promise<void> {
  const repository = await pulp.findRepository(pushName);
  await pulp.finish(await pulp.post(`${repository?.pulp_href}migrate/`, {}));
}

async function remove({ pulp }: Scene, href: string | undefined): Promise<void> {
  const { state } = await pulp.finish(await pulp.send('DELETE', href ?? ''));
  if (state !== 'completed') throw new Error(`${href} was not deleted`);
}

/** Passes if distribution and repository of the push both tell Katello's cleanup to keep away. */
async function expectProtected({ pulp, pushName }: Scene): Promise<void> {
  for (const one of [await pulp.findDistribution(pushName), await pulp.findRepository(pushName)]) {
    expect(one?.pulp_labels, one?.pulp_href).to.include({ katello_orphan_cleanup: 'false' });
  }
}

describeScenarios('weather', (scenario) => {
  scenario(
    {
      id: 'weather-push-failed',
      given: 'a push that its client is told has failed, though Pulp made its version',
      when: 'a run comes by',
      outcome: 'a pull gets what was pushed',
      isMemoryOnly: true,
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.run();
      createWeather(scene).failNextPush();
      const told = await scene.push('2', two).catch((error: unknown) => error);

      await scene.run();

      expect(told).to.be.instanceOf(Error);
      await expectPulls(scene, { 1: one, 2: two });
    },
  );

  scenario(
    {
      id: 'weather-version-late',
      given: 'a tag in Katello, and a push that failed while Pulp was still making its version',
      when: 'a run comes by, and another one once the version is finished',
      outcome: 'the first one changes nothing, and after the second a pull gets both',
      isMemoryOnly: true,
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      const weather = createWeather(scene);
      await scene.push('1', one);
      await scene.run();
      weather.failNextPush();
      await scene.push('2', two).catch(() => null);
      const version = weather.unfinishPush();

      await expectPulls(scene, { 1: one });
      version.finish();
      await scene.run();

      await expectPulls(scene, { 1: one, 2: two });
    },
  );

  scenario(
    {
      id: 'weather-version-abandoned',
      given: 'a tag in Katello, and a push whose version was begun and never finished',
      when: 'another image is pushed to the tag, under the number of that version',
      outcome: 'a pull gets that image, and nothing of the push that failed',
      isMemoryOnly: true,
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      const weather = createWeather(scene);
      await scene.push('1', one);
      await scene.run();
      weather.failNextPush();
      await scene.push('2', two).catch(() => null);
      weather.unfinishPush();
      await scene.run();

      await scene.push('1', three);
      await scene.run();

      await expectPulls(scene, { 1: three });
    },
  );

  scenario(
    {
      id: 'weather-cached',
      given: 'an image that a pull-through cache fetched to a name under the reserved prefix',
      when: 'a run comes by, and somebody asks for its plan',
      outcome: 'both are refused, and nothing is made in Katello or labelled in Pulp',
      isMemoryOnly: true,
    },
    async (scene) => {
      await scene.push('1', scene.image('one'));
      createWeather(scene).makeCached();

      const outcome = await scene.run();
      const plan: unknown = await scene.lab
        .plan(scene.path, AbortSignal.timeout(60_000))
        .catch((error: unknown) => error);

      expect(outcome).to.deep.equal({ kind: 'done', result: 'refused' });
      expect(scene.receipt().error).to.include({ reason: 'foreign-distribution' });
      expect(plan).to.include({ reason: 'foreign-distribution' });
      expect(await scene.repository().catch(() => null)).to.equal(null);
      expect((await scene.pulp.findDistribution(scene.pushName))?.pulp_labels).to.deep.equal({});
    },
  );

  const onPublish = createInterruption();
  scenario(
    {
      id: 'weather-tasks-purged',
      given: 'a tag that a run copied and did not publish, because it was stopped',
      when: 'Pulp forgets all tasks, so that nobody knows who copied it, and another image is pushed to the tag',
      outcome: 'a pull gets the other image',
      isMemoryOnly: true,
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('1', one);
      await scene.run();
      onPublish.before('importTag', () => Promise.reject(new Error('stopped')));
      await scene.push('1', two);
      const stopped = await scene.runOnce().catch((error: unknown) => error);
      createWeather(scene).purgeTasks();

      await scene.push('1', three);
      await scene.run();

      expect(stopped).to.be.instanceOf(Error);
      await expectPulls(scene, { 1: three });
    },
    onPublish.options,
  );

  scenario(
    {
      id: 'weather-migrated',
      given: 'a push repository of the old type with a tag in Katello, and another tag pushed',
      when: 'it is migrated to the new type before the run',
      outcome: "a pull gets both, and the repository is kept from Katello's cleanup as its distribution is",
      worlds: ['b'],
      isMemoryOnly: true,
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      createWeather(scene).makeOldType();
      await scene.run();
      await scene.push('2', two);

      await migrate(scene);
      await scene.run();

      await expectProtected(scene);
      await expectPulls(scene, { 1: one, 2: two });
    },
  );

  for (const [call, moment] of [
    ['addContent', 'copy'],
    ['setLabel', 'write its claim'],
  ] as const) {
    const interruption = createInterruption();
    scenario(
      {
        id: `weather-migrated-before-${call.toLowerCase()}`,
        given: 'a push repository of the old type with a tag in Katello, and a run with another tag',
        when: `it is migrated to the new type when the run is about to ${moment}`,
        outcome: 'a pull gets both',
        worlds: ['b'],
        isMemoryOnly: true,
      },
      async (scene) => {
        const [one, two] = [scene.image('one'), scene.image('two')];
        await scene.push('1', one);
        createWeather(scene).makeOldType();
        await scene.run();
        interruption.before(call, () => migrate(scene));

        await scene.push('2', two);
        await scene.run();
        await scene.run();

        await expectPulls(scene, { 1: one, 2: two });
      },
      interruption.options,
    );
  }

  scenario(
    {
      id: 'weather-push-deleted',
      given: 'two tags in Katello, and a push repository that somebody deleted with its distribution',
      when: 'one of the tags is pushed again with another image, as the first version of a new repository',
      outcome: 'a pull gets that image, and the other tag stays, pinned',
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('1', one);
      await scene.push('2', two);
      await scene.run();
      await remove(scene, (await scene.pulp.findDistribution(scene.pushName))?.pulp_href);
      expect(await scene.run()).to.deep.equal({ kind: 'done', result: 'gone' });

      await scene.push('1', three);
      await scene.run();

      await expectPulls(scene, { 1: three, 2: two }, { pins: { 2: null } });
    },
  );

  scenario(
    {
      id: 'weather-push-replaced',
      given:
        'two tags in Katello, and a push repository that was deleted from under its distribution with all its labels',
      when: 'one of the tags is pushed again with another image, as the first version of a new repository',
      outcome:
        "the claim of the old repository is none: a pull gets that image, the other tag stays, pinned, and the new repository is kept from Katello's cleanup",
      worlds: ['b'],
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('1', one);
      await scene.push('2', two);
      await scene.run();
      await remove(scene, (await scene.pulp.findRepository(scene.pushName))?.pulp_href);

      await scene.push('1', three);
      await scene.run();

      await expectProtected(scene);
      await expectPulls(scene, { 1: three, 2: two }, { pins: { 2: null } });
    },
  );

  const onCopy = createInterruption();
  scenario(
    {
      id: 'weather-push-deleted-before-copy',
      given: 'a tag in Katello, and a run with another one',
      when: 'the push repository is deleted when the run is about to copy, and a third tag is pushed anew',
      outcome: 'nothing is removed from Katello, and a pull gets all that arrived',
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('1', one);
      await scene.run();
      onCopy.before('addContent', async () =>
        remove(scene, (await scene.pulp.findDistribution(scene.pushName))?.pulp_href),
      );
      await scene.push('2', two);
      await scene.runOnce().catch(() => null);

      await scene.push('3', three);
      await scene.run();

      await expectPulls(scene, { 1: one, 2: two, 3: three }, { pins: { 1: null, 2: null } });
    },
    onCopy.options,
  );
});
