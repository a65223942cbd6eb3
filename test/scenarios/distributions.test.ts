/** Somebody changes a distribution in Pulp: Katello's, or one that a push made. */
import { expect } from 'chai';
import { createAdministrator } from '../support/scenarios/administrator.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';

describeScenarios('distributions', (scenario) => {
  scenario(
    {
      id: 'distribution-hijacked',
      given:
        "a tag in Katello, and a push past the web server to the name of Katello's distribution, which takes it over",
      when: 'the path is reprocessed',
      outcome: 'it alarms, and a pull gets what was pushed here again',
    },
    async (scene) => {
      const [one, stray] = [scene.image('one'), scene.image('stray')];
      await scene.push('1', one);
      await scene.run();
      const { container_repository_name: name } = await scene.repository();
      await createAdministrator(scene).pushBeside(name, 'stray', stray);

      await scene.run();

      expect(scene.lab.alarms.map(({ fields }) => fields['reason'])).to.deep.equal(['distribution-changed']);
      await expectPulls(scene, { 1: one });
    },
  );

  scenario(
    {
      id: 'distribution-hijacked-push',
      given:
        "a tag in Katello, and a push past the web server to the name of Katello's distribution, which takes it over",
      when: 'an index is pushed here',
      outcome: 'a pull gets both tags that were pushed here',
      isLong: true,
    },
    async (scene) => {
      const [one, index] = [scene.image('one'), scene.index('multi')];
      await scene.push('1', one);
      await scene.run();
      const { container_repository_name: name } = await scene.repository();
      await createAdministrator(scene).pushBeside(name, 'stray', scene.image('stray'));

      await scene.push('multi', index);
      await scene.run();

      await expectPulls(scene, { 1: one, multi: index });
    },
  );

  scenario(
    {
      id: 'distribution-adopted',
      given: 'a distribution that a push past the web server made where Katello will want one',
      when: 'the first tag is pushed here, and somebody frees the distribution and resumes the task of Katello',
      outcome: 'the push is refused until then, and afterwards a pull gets it',
    },
    async (scene) => {
      const administrator = createAdministrator(scene);
      const one = scene.image('one');
      await administrator.pushBeside(scene.path, 'stray', scene.image('stray'));
      await scene.push('1', one);

      expect(await scene.runOnce()).to.include({ kind: 'again', reason: 'katello-busy' });
      expect(await scene.runOnce()).to.deep.equal({ kind: 'done', result: 'refused' });
      await administrator.changeDistribution(scene.path, { repository: null });
      await administrator.resume();
      await scene.run();

      await expectPulls(scene, { 1: one });
    },
  );

  scenario(
    {
      id: 'distribution-removed',
      given: "a tag in Katello, and somebody who deletes Katello's distribution in Pulp",
      when: 'the path is reprocessed',
      outcome: 'a pull gets the tag',
    },
    async (scene) => {
      const one = scene.image('one');
      await scene.push('1', one);
      await scene.run();
      const { container_repository_name: name } = await scene.repository();
      const distribution = await scene.pulp.findDistribution(name);
      await scene.pulp.finish(await scene.pulp.send('DELETE', distribution?.pulp_href ?? ''));

      await scene.run();

      await expectPulls(scene, { 1: one });
    },
  );

  scenario(
    {
      id: 'push-distribution-fixed',
      given: 'a tag in Katello, and somebody who binds the push distribution to a version in Pulp',
      when: 'the path is reprocessed, and somebody binds it to its repository again',
      outcome: 'it alarms and leaves Katello alone, and afterwards a new push arrives',
      worlds: ['b'],
    },
    async (scene) => {
      const administrator = createAdministrator(scene);
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.run();
      const pushed = await scene.pulp.findRepository(scene.pushName);
      const version = pushed?.latest_version_href ?? null;
      await administrator.changeDistribution(scene.pushName, { repository: null, repository_version: version });

      const outcome = await scene.run();
      const { state, error } = scene.receipt();
      const bound = { repository: pushed?.pulp_href ?? null, repository_version: null };
      await administrator.changeDistribution(scene.pushName, bound);
      await scene.push('2', two);
      await scene.run();

      expect(outcome).to.deep.equal({ kind: 'done', result: 'refused' });
      expect({ state, reason: error?.reason }).to.deep.equal({ state: 'refused', reason: 'distribution-changed' });
      expect(error).to.include({ hint: `kpr reprocess ${scene.path}` });
      expect(scene.lab.alarms.map(({ fields }) => fields)).to.deep.equal([
        { path: scene.path, reason: 'distribution-changed', error: error?.message },
      ]);
      await expectPulls(scene, { 1: one, 2: two });
    },
  );

  scenario(
    {
      id: 'push-label-lost',
      given: "a tag in Katello, and somebody who takes the label off that keeps a push from Katello's cleanup",
      when: 'the path is reprocessed',
      outcome: 'it alarms, and the label is there again',
    },
    async (scene) => {
      const one = scene.image('one');
      await scene.push('1', one);
      await scene.run();
      const labels = { ...(await scene.pulp.findDistribution(scene.pushName))?.pulp_labels };
      const kept = Object.entries(labels).filter(([key]) => key !== 'katello_orphan_cleanup');
      await createAdministrator(scene).changeDistribution(scene.pushName, { pulp_labels: Object.fromEntries(kept) });

      await scene.run();

      expect(scene.lab.alarms.map(({ fields: { path, reason } }) => ({ path, reason }))).to.deep.equal([
        { path: scene.path, reason: 'distribution-changed' },
      ]);
      expect((await scene.pulp.findDistribution(scene.pushName))?.pulp_labels).to.deep.equal(labels);
      await expectPulls(scene, { 1: one });
    },
  );
});
