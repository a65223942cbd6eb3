/** Blobs whose bytes are not what their digest says: Pulp takes them, and shares them with whoever pushes that digest. */
import { expect } from 'chai';
import { createIndex } from '../support/image/image.ts';
import { findDigest } from '../support/image/push.ts';
import { createLogBook } from '../support/log-book.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls, listTags } from '../support/scenarios/expect-pulls.ts';
import { poisonLayer } from '../support/scenarios/poison-blob.ts';

describeScenarios('blobs with other bytes', (scenario) => {
  const log = createLogBook();

  scenario(
    {
      id: 'blob-poisoned',
      given: 'a tag in Katello, and other bytes in Pulp under the digest of a layer',
      when: 'an image of that layer is pushed to the tag, and a good one to another',
      outcome: 'nothing is published, a pull gets the old image, and receipt, log and plan name the digest',
    },
    async (scene) => {
      const [old, victim] = [scene.image('old'), scene.image('victim')];
      await scene.push('1', old);
      await scene.run();
      const before = await scene.repository();
      const digest = await poisonLayer(scene, victim);
      await scene.push('1', victim);
      await scene.push('2', scene.image('good'));

      const outcome = await scene.run();

      expect(outcome).to.deep.equal({ kind: 'done', result: 'refused' });
      const after = await scene.repository();
      const [target] = await scene.lab.pulp.readRepositories([before.version_href.replace(/versions\/\d+\/$/, '')]);
      expect([after.version_href, target?.latest_version_href]).to.deep.equal([
        before.version_href,
        before.version_href,
      ]);
      expect(await listTags(scene, after.id)).to.deep.equal({ 1: old.manifest.digest });
      expect(await findDigest(scene.lab.server, after.container_repository_name, '1')).to.equal(old.manifest.digest);
      expect(scene.receipt()).to.include({ state: 'refused' });
      expect(scene.receipt().error).to.include({ code: 'E_REFUSED', reason: 'blob-mismatch' });
      expect(scene.receipt().error?.message).to.contain(digest);
      const lines = log.lines.filter(({ level, path }) => level === 'error' && path === scene.path);
      expect(lines.map(({ reason, digest: named }) => ({ reason, digest: named }))).to.deep.equal([
        { reason: 'blob-mismatch', digest },
      ]);
      const plan: unknown = await scene.lab
        .plan(scene.path, AbortSignal.timeout(60_000))
        .catch((error: unknown) => error);
      expect(plan).to.include({ reason: 'blob-mismatch' }).and.have.nested.property('details.digest', digest);
    },
    { wrap: (deps) => ({ ...deps, log }) },
  );

  scenario(
    {
      id: 'blob-poisoned-first',
      given: 'no repository yet, and other bytes in Pulp under the digest of a layer',
      when: 'an index is pushed of which one architecture has that layer',
      outcome: 'no repository is made in Katello, and the push is kept from the orphan cleanup',
    },
    async (scene) => {
      const children = [scene.image('good'), scene.image('victim', 'arm64')] as const;
      await poisonLayer(scene, children[1]);
      await scene.push('1', createIndex(children));

      const outcome = await scene.run();

      expect(outcome).to.deep.equal({ kind: 'done', result: 'refused' });
      expect(await scene.repository().catch(() => null)).to.equal(null);
      expect(scene.receipt().error).to.include({ reason: 'blob-mismatch' });
      const distribution = await scene.pulp.findDistribution(scene.pushName);
      expect(distribution?.pulp_labels).to.deep.equal({ katello_orphan_cleanup: 'false' });
    },
  );

  scenario(
    {
      id: 'blob-poisoned-replaced',
      given: 'a push that was refused for the bytes of a layer',
      when: 'another image is pushed to its tag',
      outcome: 'a pull gets that image',
    },
    async (scene) => {
      const [old, victim, next] = [scene.image('old'), scene.image('victim'), scene.image('next')];
      await scene.push('1', old);
      await scene.run();
      await poisonLayer(scene, victim);
      await scene.push('1', victim);
      await scene.run();

      await scene.push('1', next);
      await scene.run();

      await expectPulls(scene, { 1: next });
      expect(scene.receipt()).to.include({ state: 'done', error: null });
    },
  );
});
