/** Somebody else is at work in Katello or Pulp: the push waits, or says what is in its way, and nothing of theirs is touched. */
import { expect } from 'chai';
import { createAdministrator } from '../support/scenarios/administrator.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { createInterruption } from '../support/scenarios/interruption.ts';
import { createPerson } from '../support/scenarios/person.ts';
import type { Scene } from '../support/scenarios/scene.ts';

/** Passes if the receipt says that the push was refused for this reason. */
function expectRefused(scene: Scene, reason: string): void {
  expect(scene.receipt()).to.have.property('state', 'refused');
  expect(scene.receipt()).to.have.nested.property('error.reason', reason);
}

/** Passes if Katello has no repository of the scene. */
async function expectNoRepository(scene: Scene): Promise<void> {
  expect(await scene.repository().catch(() => null)).to.equal(null);
}

describeScenarios('other hands', (scenario) => {
  scenario(
    {
      id: 'hands-view-publishing',
      given: 'a content view of the repository that is being published',
      when: 'a tag is pushed',
      outcome: 'it waits without a failed attempt, and a pull gets it once the view is published',
    },
    async (scene) => {
      const person = createPerson(scene);
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.run();
      await person.hold('ContentView::Publish');
      const publishing = person.publishView();
      await person.held();

      await scene.push('2', two);
      const outcomes = [await scene.runOnce(), await scene.runOnce()];
      await person.release();
      await publishing;
      await scene.run();

      for (const outcome of outcomes) expect(outcome).to.include({ kind: 'again', reason: 'katello-busy' });
      await expectPulls(scene, { 1: one, 2: two });
    },
  );

  scenario(
    {
      id: 'hands-task-paused',
      given: 'a first push whose repository Katello could not finish, so that its task is paused',
      when: 'it runs again, and a person resumes the task',
      outcome: 'it waits until then, with an alarm that names the task and its age, and then a pull gets it',
    },
    async (scene) => {
      const administrator = createAdministrator(scene);
      const one = scene.image('one');
      await administrator.failNext('Repository::MetadataGenerate');
      await scene.push('1', one);

      const outcome = await scene.runOnce();
      const [paused] = await administrator.listPaused();
      const { error } = scene.receipt();
      const raised = scene.lab.raisedAlarms.get(scene.path);
      await administrator.resume();
      await scene.run();

      expect(outcome).to.include({ kind: 'again', reason: 'katello-busy' });
      expect(error?.message).to.include(paused);
      expect(raised).to.equal('task-paused');
      expect(scene.lab.raisedAlarms.has(scene.path)).to.equal(false);
      const [alarm, ...more] = scene.lab.alarms;
      expect(more).to.deep.equal([]);
      expect(alarm?.fields).to.include({ path: scene.path, reason: 'task-paused' });
      expect(alarm?.fields['error']).to.match(new RegExp(`^${paused} holds .+, since \\d{4}-\\d\\d-\\d\\d .+ UTC$`));
      await expectPulls(scene, { 1: one });
    },
  );

  scenario(
    {
      id: 'hands-synced-repository',
      given: 'a repository of that name that Katello syncs from elsewhere',
      when: 'somebody pushes to it',
      outcome: 'the push is refused, and nothing is written to Katello or to its repository in Pulp',
    },
    async (scene) => {
      await createAdministrator(scene).createRepository({
        url: 'https://registry.example.com',
        docker_upstream_name: 'library/api',
      });
      const { version_href: version } = await scene.repository();
      await scene.push('1', scene.image('one'));

      await scene.run();

      expectRefused(scene, 'synced-repository');
      expect(await scene.repository()).to.include({ version_href: version });
      expect(scene.lab.calls.katello.filter(({ method }) => method !== 'GET')).to.deep.equal([]);
    },
  );

  scenario(
    {
      id: 'hands-native-push',
      given: "a repository that Katello's own push made, with its tags",
      when: 'somebody pushes to the same name here',
      outcome: 'the push is refused, and what Katello pushed is neither read nor changed',
    },
    async (scene) => {
      const administrator = createAdministrator(scene);
      await administrator.createRepository();
      await administrator.changeDistribution(scene.path, { base_path: `${scene.path}-before` });
      await administrator.pushBeside(scene.path, 'native', scene.image('native'));
      await administrator.adoptAsNative(scene.path);
      const before = await scene.pulp.findDistribution(scene.path);
      const repository = await scene.pulp.findRepository(scene.path);
      await scene.push('1', scene.image('one'));

      await scene.run();

      expectRefused(scene, 'native-push-repository');
      expect(await scene.pulp.findDistribution(scene.path)).to.deep.equal(before);
      expect(await scene.pulp.findRepository(scene.path)).to.deep.equal(repository);
      const uuid = repository?.pulp_href.split('/').at(-2) ?? '';
      expect(scene.lab.calls.pulp.filter(({ url }) => url.includes(uuid))).to.deep.equal([]);
    },
  );

  scenario(
    {
      id: 'hands-repository-deleted',
      given: 'a tag in Katello',
      when: 'somebody deletes its repository there, and another tag is pushed',
      outcome: 'the push is refused as orphaned, and no repository is made again',
    },
    async (scene) => {
      await scene.push('1', scene.image('one'));
      await scene.run();
      await createAdministrator(scene).deleteRepository();

      await scene.push('2', scene.image('two'));
      await scene.run();

      expectRefused(scene, 'orphaned');
      await expectNoRepository(scene);
    },
  );

  scenario(
    {
      id: 'hands-product-deleted',
      given: 'a tag in Katello',
      when: 'somebody deletes the product, another tag is pushed, and somebody makes the product again',
      outcome: 'the push is refused as orphaned before and after, and no repository is made again',
    },
    async (scene) => {
      const administrator = createAdministrator(scene);
      await scene.push('1', scene.image('one'));
      await scene.run();
      await administrator.deleteProduct();

      await scene.push('2', scene.image('two'));
      scene.lab.deps.directory.forget(); // as it does after half a minute
      await scene.run();
      expectRefused(scene, 'orphaned');
      await administrator.createProduct();
      await scene.run();

      expectRefused(scene, 'orphaned');
      await expectNoRepository(scene);
    },
  );

  for (const [call, moment] of [
    ['addContent', 'copy into it'],
    ['importTag', 'publish it'],
    ['setLabel', 'write its claim'],
  ] as const) {
    const interruption = createInterruption();
    scenario(
      {
        id: `hands-repository-deleted-before-${call.toLowerCase()}`,
        given: 'a tag in Katello, and a run with another one',
        when: `somebody deletes the repository there when the run is about to ${moment}`,
        outcome: 'the push is refused as orphaned, and no repository is made again',
        isLong: true,
      },
      async (scene) => {
        await scene.push('1', scene.image('one'));
        await scene.run();
        interruption.before(call, () => createAdministrator(scene).deleteRepository());

        await scene.push('2', scene.image('two'));
        await scene.run();
        await scene.run();

        expectRefused(scene, 'orphaned');
        await expectNoRepository(scene);
      },
      interruption.options,
    );
  }

  const onCreate = createInterruption();
  scenario(
    {
      id: 'hands-product-deleted-before-create',
      given: 'a product without the repository, and a run with its first tag',
      when: 'somebody deletes the product when the run is about to make the repository, and makes it again later',
      outcome: 'the push is refused until then, and afterwards a pull gets it',
    },
    async (scene) => {
      const administrator = createAdministrator(scene);
      const one = scene.image('one');
      onCreate.before('createRepository', () => administrator.deleteProduct());
      await scene.push('1', one);

      await scene.run();
      expectRefused(scene, 'unknown-product');
      await administrator.createProduct();
      await scene.run();

      await expectPulls(scene, { 1: one });
    },
    onCreate.options,
  );

  const onPublish = createInterruption();
  scenario(
    {
      id: 'hands-tag-removed-before-publish',
      given: 'two tags in Katello, and a run with a third',
      when: 'somebody removes one of the two in Katello when the run is about to publish',
      outcome: 'a pull gets the third, and the removed one stays out',
    },
    async (scene) => {
      const [one, two, three] = [scene.image('one'), scene.image('two'), scene.image('three')];
      await scene.push('1', one);
      await scene.push('2', two);
      await scene.run();
      onPublish.before('importTag', () => createPerson(scene).untag('2', ['1', one]));

      await scene.push('3', three);
      await scene.run();

      await expectPulls(scene, { 1: one, 3: three }, { pins: { 2: two } });
    },
    onPublish.options,
  );
});
