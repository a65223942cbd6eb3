/** What is deleted in Katello is deleted in Pulp, unless it is pushed to or kept. */
import { expect } from 'chai';
import { inParallel } from '../support/faults/in-parallel.ts';
import { createOrphanLab, destroyInKatello } from '../support/orphan-lab.ts';
import { createAdministrator } from '../support/scenarios/administrator.ts';
import { atPath, organizationId } from '../support/scenarios/at-path.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { deleteRepository, expectGone, expectSpared, isThere, passTime, signal } from '../support/scenarios/orphans.ts';

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
      given: 'an organization with twelve push repositories',
      when: 'somebody deletes it in Katello, days pass, and a person deletes all twelve',
      outcome: 'until then none is gone and an alarm tells how many are due, and afterwards all are',
      isMemoryOnly: true,
    },
    async (scene) => {
      const orphans = createOrphanLab(scene.lab);
      const paths = Array.from({ length: 12 }, (_, at) => `${scene.path}-${at}`);
      const all = paths.map((path) => atPath(scene, path, path.split('/').at(-1) ?? ''));
      await inParallel(5, all, async (one) => {
        await one.push('1', scene.image(one.path));
        await one.run();
      });
      await destroyInKatello(scene.lab, `organizations/${await organizationId(scene)}`);

      await passTime(orphans);
      const spared = await Promise.all(all.map(isThere));
      const tooMany = orphans.overLimit();
      await orphans.orphans.delete({ chosen: { all: true }, limit: 12, unproven: false, dryRun: false }, signal);
      await orphans.sweep();
      await orphans.passClosing();

      expect(spared).to.not.include(false);
      expect(tooMany).to.equal(12);
      expect(orphans.overLimit()).to.equal(null);
      expect(orphans.told).to.have.members(paths.flatMap((path) => [`found ${path}`, `deleted ${path}`]));
      expect(orphans.lines).to.include('orphans are over the limit orphan-limit');
      for (const one of all) await expectGone(one);
      expect(orphans.deleted()).to.equal(12);
    },
  );
});
