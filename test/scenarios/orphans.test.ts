/** What is deleted in Katello is deleted in Pulp, and nothing else is. */
import { expect } from 'chai';
import { z } from 'zod';
import type { OrphanState } from '../../lib/domain/orphan.ts';
import { inParallel } from '../support/faults/in-parallel.ts';
import {
  cleanUpKatello,
  createOrphanLab,
  destroyInKatello,
  type OrphanLab,
  QUARANTINE_MS,
} from '../support/orphan-lab.ts';
import { createAdministrator } from '../support/scenarios/administrator.ts';
import { atPath, createProduct, organizationId } from '../support/scenarios/at-path.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { backUpKatello, hideFromReactor, restoreKatello } from '../support/scenarios/katello-world.ts';
import type { Scene } from '../support/scenarios/scene.ts';
import { createWeather } from '../support/scenarios/weather.ts';

const signal = new AbortController().signal;

async function isThere({ pulp, pushName }: Scene): Promise<boolean> {
  return (await pulp.findRepository(pushName)) !== null && (await pulp.findDistribution(pushName)) !== null;
}

async function expectGone({ pulp, pushName }: Scene): Promise<void> {
  expect(await pulp.findRepository(pushName), 'repository').to.equal(null);
  expect(await pulp.findDistribution(pushName), 'distribution').to.equal(null);
}

/** As much time and as many sweeps as a deletion takes, and then some. */
async function passTime(orphans: OrphanLab): Promise<void> {
  await orphans.passQuarantine();
  await orphans.passClosing();
  await orphans.passQuarantine();
  await orphans.passClosing();
}

/** Passes if nothing is deleted however much time goes by. */
async function expectSpared(scene: Scene, orphans: OrphanLab, state: OrphanState | null): Promise<void> {
  await passTime(orphans);
  expect(await isThere(scene), 'push repository').to.equal(true);
  expect(orphans.deleted()).to.equal(0);
  const listed = await orphans.orphans.list(signal);
  expect(listed.map((one) => [one.path, one.state])).to.deep.equal(state === null ? [] : [[scene.path, state]]);
}

async function deleteRepository(scene: Scene): Promise<void> {
  await destroyInKatello(scene.lab, `repositories/${(await scene.repository()).id}`);
}

/** Answers the href of a distribution of this repository, or of a version of it, that somebody made. */
async function distribute({ pulp, pushName }: Scene, name: string, what: 'repository' | 'version'): Promise<string> {
  const repository = await pulp.findRepository(pushName);
  const served =
    what === 'repository'
      ? { repository: repository?.pulp_href }
      : { repository_version: repository?.latest_version_href };
  const made = await pulp.finish(
    await pulp.post('distributions/container/container/', { name, base_path: name, ...served }),
  );
  return made.created_resources[0] ?? '';
}

/** What other tests on the same Pulp need not stumble over. */
async function remove({ pulp }: Scene, href: string | undefined): Promise<void> {
  const answer = await pulp.send('DELETE', href ?? '');
  if (answer.status === 202) await pulp.finish(answer);
}

describeScenarios('orphans', (scenario) => {
  scenario(
    {
      id: 'orphan-repository',
      given: 'two tags in Katello',
      when: 'somebody deletes their repository there, a day passes, and a tag is pushed to the same path',
      outcome: 'the push repository is gone with both tags, and a pull gets the new one only',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.push('2', scene.image('two'));
      await scene.run();
      await deleteRepository(scene);

      await orphans.passQuarantine();
      expect(await isThere(scene), 'as long as a token may be alive').to.equal(true);
      await orphans.passClosing();
      await expectGone(scene);
      const three = scene.image('three');
      await scene.push('3', three);
      await scene.run();

      expect(orphans.deleted()).to.equal(1);
      await expectPulls(scene, { 3: three });
    },
  );

  scenario(
    {
      id: 'orphan-product',
      given: 'a tag in Katello',
      when: 'somebody deletes the product there, and a day passes',
      outcome: 'the push repository is gone',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.run();
      await createAdministrator(scene).deleteProduct();

      await orphans.passQuarantine();
      await orphans.passClosing();

      await expectGone(scene);
    },
  );

  scenario(
    {
      id: 'orphan-organization',
      given: 'a tag in Katello, and one of another organization on the same image',
      when: 'somebody deletes the first organization there, and a day passes',
      outcome: 'its push repository is gone, and a pull gets the other tag',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const one = scene.image('one');
      const others = `${scene.lab.organization.replace('acme', 'globex')}/shared-${scene.path.split('/').at(-1)}`;
      const other = atPath(scene, others, others.split('/').at(-1) ?? '');
      await scene.push('1', one);
      await scene.run();
      await other.push('1', one);
      await other.run();
      await destroyInKatello(scene.lab, `organizations/${await organizationId(scene)}`);

      await orphans.passQuarantine();
      await orphans.passClosing();

      await expectGone(scene);
      await expectPulls(other, { 1: one });
    },
  );

  scenario(
    {
      id: 'orphan-shared-blobs',
      given: 'two repositories of one product with the same image',
      when: 'somebody deletes one of them in Katello, and a day passes',
      outcome: 'its push repository is gone, and a pull of the other gets the image',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const one = scene.image('one');
      const other = atPath(scene, `${scene.path}-other`, `${scene.path.split('/').at(-1)}-other`);
      for (const each of [scene, other]) {
        await each.push('1', one);
        await each.run();
      }
      await deleteRepository(scene);

      await orphans.passQuarantine();
      await orphans.passClosing();

      await expectGone(scene);
      await expectPulls(other, { 1: one });
    },
  );

  scenario(
    {
      id: 'orphan-pushed-since',
      given: 'a repository that was deleted in Katello',
      when: 'another tag is pushed by a token from before, and days pass',
      outcome: 'the push repository stays with both tags, and is listed',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.run();
      await deleteRepository(scene);

      await scene.push('2', scene.image('two'));
      await scene.run();

      expect(scene.lab.orphaned).to.deep.equal([scene.path]);
      await expectSpared(scene, orphans, 'pushed-since-claim');
    },
  );

  scenario(
    {
      id: 'orphan-pushed-while-closing',
      given: 'an orphan that is closed to pushes',
      when: 'a tag is pushed by a token from before, and days pass',
      outcome: 'the deletion is cancelled, and the push repository stays with that tag',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.run();
      await deleteRepository(scene);
      await orphans.passQuarantine();

      await scene.push('2', scene.image('two'));

      await expectSpared(scene, orphans, 'pushed-since-claim');
      const distribution = await scene.pulp.findDistribution(scene.pushName);
      expect(distribution?.pulp_labels).to.not.have.property('kpr_closing');
    },
  );

  scenario(
    {
      id: 'orphan-kept',
      given: 'an orphan with two tags that is closed to pushes',
      when: 'a person keeps it, and days pass',
      outcome: 'a pull gets both tags as they were pushed',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.push('2', two);
      await scene.run();
      await deleteRepository(scene);
      await orphans.passQuarantine();

      const { items } = await orphans.orphans.keep({ chosen: { paths: [scene.path] }, dryRun: false }, signal);
      await scene.run();
      await passTime(orphans);

      expect(items.map(({ path }) => path)).to.deep.equal([scene.path]);
      expect(orphans.runs).to.deep.equal([scene.path]);
      await expectPulls(scene, { 1: one, 2: two });
    },
  );

  scenario(
    {
      id: 'orphan-push-begins-afresh',
      given: 'an orphan that has been in quarantine for an hour',
      when: 'somebody asks for a token to push there, and pushes a tag',
      outcome: 'the old tags are gone, and a pull gets the pushed one only',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      await scene.push('1', scene.image('one'));
      await scene.run();
      await deleteRepository(scene);
      await orphans.sweep();
      scene.lab.passMs(3_600_000);

      await orphans.orphans.release(scene.path, signal);
      const two = scene.image('two');
      await scene.push('2', two);
      await scene.run();
      await passTime(orphans);

      await expectPulls(scene, { 2: two });
    },
  );

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
      id: 'orphan-policy',
      given: 'an orphan, and a policy that keeps orphans',
      when: 'days pass, and then a person deletes it',
      outcome: 'it is listed until then, and gone afterwards',
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab, { settings: { policy: 'keep-orphans' } });
      await scene.push('1', scene.image('one'));
      await scene.run();
      await deleteRepository(scene);

      await expectSpared(scene, orphans, 'due');
      const order = { chosen: { paths: [scene.path] }, limit: 1, unproven: false, dryRun: false };
      await orphans.orphans.delete(order, signal);
      await orphans.passClosing();

      await expectGone(scene);
    },
  );

  scenario(
    {
      id: 'orphan-limit',
      given: 'an organization with fifty push repositories',
      when: 'somebody deletes it in Katello, days pass, and a person deletes all fifty',
      outcome: 'until then none is gone and an alarm tells how many are due, and afterwards all are',
      isMemoryOnly: true,
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const paths = Array.from({ length: 50 }, (_, at) => `${scene.path}-${at}`);
      const all = paths.map((path) => atPath(scene, path, path.split('/').at(-1) ?? ''));
      await inParallel(5, all, async (one) => {
        await one.push('1', scene.image(one.path));
        await one.run();
      });
      await destroyInKatello(scene.lab, `organizations/${await organizationId(scene)}`);

      await passTime(orphans);
      const spared = await Promise.all(all.map(isThere));
      await orphans.orphans.delete({ chosen: { all: true }, limit: 50, unproven: false, dryRun: false }, signal);
      await orphans.sweep();
      await orphans.passClosing();

      expect(spared).to.not.include(false);
      expect(orphans.lines).to.include('orphans are over the limit orphan-limit');
      for (const one of all) await expectGone(one);
      expect(orphans.deleted()).to.equal(50);
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
