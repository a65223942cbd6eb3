/** What only looks like an orphan, or is not ours, is never touched. */
import { expect } from 'chai';
import { z } from 'zod';
import { cleanUpKatello, createOrphanLab, destroyInKatello, QUARANTINE_MS } from '../support/orphan-lab.ts';
import { createAdministrator } from '../support/scenarios/administrator.ts';
import { atPath, createProduct } from '../support/scenarios/at-path.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { backUpKatello, hideFromReactor, restoreKatello } from '../support/scenarios/katello-world.ts';
import {
  deleteRepository,
  distribute,
  expectGone,
  expectSpared,
  isThere,
  passTime,
  remove,
  signal,
} from '../support/scenarios/orphans.ts';
import { createWeather } from '../support/scenarios/weather.ts';

describeScenarios('orphans that are spared', (scenario) => {
  for (const what of ['products', 'organizations'] as const) {
    scenario(
      {
        id: `orphan-hidden-${what}`,
        given: 'a tag in Katello',
        when: `the reactor's account may not see ${what} there for days, and then may again`,
        outcome: 'the push repository is listed as unproven, stays, and a pull gets the next tag too',
      },
      async (scene) => {
        const orphans = createOrphanLab(scene.lab);
        const [one, two] = [scene.image('one'), scene.image('two')];
        await scene.push('1', one);
        await scene.run();
        const show = await hideFromReactor(scene, what);

        await expectSpared(scene, orphans, 'unproven');
        await show();
        await expectSpared(scene, orphans, null);
        await scene.push('2', two);
        await scene.run();

        await expectPulls(scene, { 1: one, 2: two });
      },
    );
  }

  scenario(
    {
      id: 'orphan-listing-incomplete',
      given: 'a tag in Katello',
      when: 'its list of repositories is empty for days',
      outcome: 'the repository is asked for by itself, and nothing is an orphan',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab, {
        wrap: (deps) => ({ ...deps, katello: { ...deps.katello, listAllRepositories: async () => [] } }),
      });
      const one = scene.image('one');
      await scene.push('1', one);
      await scene.run();

      await expectSpared(scene, orphans, null);
      await expectPulls(scene, { 1: one });
    },
  );

  scenario(
    {
      id: 'orphan-katello-restored',
      given: 'a tag in Katello, and a backup of Katello from before it was pushed',
      when: 'Katello is restored, and days pass',
      outcome: 'the push repository is unproven and stays',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const backup = await backUpKatello(scene);
      await scene.push('1', scene.image('one'));
      await scene.run();

      await restoreKatello(scene, backup);

      await expectSpared(scene, orphans, 'unproven');
    },
  );

  scenario(
    {
      id: 'orphan-katello-restored-id-reused',
      given: 'a Katello that was restored from before the push, and gives its id to another repository',
      when: 'somebody deletes that one, and days pass',
      outcome: 'its deletion proves nothing about the push repository, which stays',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const backup = await backUpKatello(scene);
      await scene.push('1', scene.image('one'));
      await scene.run();
      const { id } = await scene.repository();
      await restoreKatello(scene, backup);
      const product = await createProduct(scene, 'shop');
      const body = { name: 'cart', label: 'cart', product_id: product, content_type: 'docker' };
      const made = await scene.ask('POST repositories', z.object({ id: z.number() }), body);

      await destroyInKatello(scene.lab, `repositories/${made.id}`);

      expect(made.id).to.equal(id);
      await expectSpared(scene, orphans, 'unproven');
    },
  );

  scenario(
    {
      id: 'orphan-pulp-restored',
      given: 'an orphan that was deleted, and a backup of Pulp from the middle of its quarantine',
      when: 'Pulp is restored days later',
      outcome: 'its quarantine begins anew, as long as before',
      isMemoryOnly: true,
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.run();
      await deleteRepository(scene);
      await orphans.sweep();
      const before = await scene.pulp.findDistribution(scene.pushName);
      const restore = createWeather(scene).backUp();
      await passTime(orphans);
      await expectGone(scene);

      restore();
      await orphans.sweep();
      scene.lab.passMs(QUARANTINE_MS - 3_600_000);
      await orphans.sweep();

      expect(before?.pulp_labels).to.have.property('kpr_quarantine');
      expect(await isThere(scene)).to.equal(true);
      expect((await orphans.orphans.list(signal))[0]).to.include({ path: scene.path, state: 'quarantined' });
    },
  );

  scenario(
    {
      id: 'orphan-second-distribution',
      given: 'an orphan whose push repository somebody serves under a second name too',
      when: 'days pass, and a person wants it deleted, proven or not',
      outcome: 'nothing is touched, and the person is told why',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.run();
      const second = await distribute(scene, `${scene.path}-second`, 'repository');
      await deleteRepository(scene);
      const before = await scene.pulp.findDistribution(scene.pushName);

      await expectSpared(scene, orphans, 'foreign-distribution');
      const order = { chosen: { paths: [scene.path] }, limit: 1, unproven: true, dryRun: false };
      const { refused } = await orphans.orphans.delete(order, signal);

      expect(refused.map(({ reason }) => reason)).to.deep.equal(['foreign-distribution']);
      expect(await scene.pulp.findDistribution(scene.pushName)).to.deep.equal(before);
      await remove(scene, second);
    },
  );

  scenario(
    {
      id: 'orphan-version-served',
      given: 'an orphan of which somebody serves one version under a second name',
      when: 'days pass',
      outcome: 'nothing is touched',
      worlds: ['b'],
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.run();
      const second = await distribute(scene, `${scene.path}-second`, 'version');
      await deleteRepository(scene);

      await expectSpared(scene, orphans, 'foreign-distribution');
      await remove(scene, second);
    },
  );

  scenario(
    {
      id: 'orphan-beside-the-prefix',
      given: 'an orphan, and a repository that was pushed beside the reserved prefix and carries all its labels',
      when: 'days pass',
      outcome: 'the orphan is gone, and the other repository is not touched',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const beside = `beside-${scene.path}`;
      await scene.push('1', scene.image('one'));
      await scene.run();
      await createAdministrator(scene).pushBeside(beside, '1', scene.image('beside'));
      const labels = (await scene.pulp.findDistribution(scene.pushName))?.pulp_labels;
      await createAdministrator(scene).changeDistribution(beside, { pulp_labels: labels });
      const before = await scene.pulp.findDistribution(beside);
      await deleteRepository(scene);

      await passTime(orphans);

      await expectGone(scene);
      expect(await scene.pulp.findDistribution(beside)).to.deep.equal(before);
      expect(await scene.pulp.findRepository(beside)).to.not.equal(null);
      await remove(scene, before?.pulp_href);
    },
  );

  scenario(
    {
      id: 'orphan-native-push',
      given: 'a push repository that Katello holds for one of its own push, and the label of a repository that is gone',
      when: 'days pass',
      outcome: 'it is not touched',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const administrator = createAdministrator(scene);
      await scene.push('1', scene.image('one'));
      await scene.run();
      await deleteRepository(scene);
      await administrator.createRepository();
      await administrator.adoptAsNative(scene.pushName);
      const before = await scene.pulp.findDistribution(scene.pushName);

      await expectSpared(scene, orphans, 'foreign-distribution');
      expect(await scene.pulp.findDistribution(scene.pushName)).to.deep.equal(before);
    },
  );

  scenario(
    {
      id: 'orphan-halves',
      given: 'an orphan whose distribution lost its repository',
      when: 'days pass',
      outcome: 'neither the distribution nor the repository is touched',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.run();
      await deleteRepository(scene);
      await createAdministrator(scene).changeDistribution(scene.pushName, { repository: null });

      await expectSpared(scene, orphans, null);
    },
  );

  scenario(
    {
      id: 'orphan-weekly-cleanup',
      given: 'a push that a run has just begun with, and one that is an orphan',
      when: "Katello's weekly cleanup runs",
      outcome: 'both push repositories are there, and a pull gets the push once the run goes on',
      isMemoryOnly: true,
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const other = atPath(scene, `${scene.path}-other`, `${scene.path.split('/').at(-1)}-other`);
      await other.push('1', scene.image('other'));
      await other.run();
      await deleteRepository(other);
      await orphans.sweep();
      const one = scene.image('one');
      await createAdministrator(scene).failNext('Repository::MetadataGenerate');
      await scene.push('1', one);
      await scene.runOnce();

      await cleanUpKatello(scene.lab);

      expect([await isThere(scene), await isThere(other)]).to.deep.equal([true, true]);
      await createAdministrator(scene).resume();
      await scene.run();
      await expectPulls(scene, { 1: one });
    },
  );

  scenario(
    {
      id: 'orphan-push-vanished',
      given: "two tags in Katello, and a push repository that Katello's weekly cleanup took because its label was lost",
      when: 'runs and sweeps come by for days',
      outcome: 'a pull still gets both tags: what is gone deleted nothing',
      isMemoryOnly: true,
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.push('2', two);
      await scene.run();
      const { container_repository_name: name } = await scene.repository();
      await createAdministrator(scene).changeDistribution(scene.pushName, { pulp_labels: {} });
      await cleanUpKatello(scene.lab);

      const outcome = await scene.run();
      await passTime(orphans);

      expect(await scene.pulp.findDistribution(scene.pushName)).to.equal(null);
      expect(outcome).to.deep.equal({ kind: 'done', result: 'gone' });
      expect(await scene.lab.listed(name)).to.deep.equal({ 1: one.manifest.digest, 2: two.manifest.digest });
    },
  );
});
