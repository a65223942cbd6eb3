import { expect } from 'chai';
import { z } from 'zod';
import { countCalls } from '../../support/count-calls.ts';
import { createImage, createIndex, createTwoArchitectures } from '../../support/image/image.ts';
import type { SeenCall } from '../../support/lab.ts';
import { type Lab, startLab } from '../../support/lab.ts';

const isWrite = ({ method }: SeenCall): boolean => method !== 'GET';

for (const world of ['a', 'b'] as const) {
  describe(`reconcile, against a Pulp of world ${world}`, () => {
    let lab: Lab;
    beforeEach(async () => {
      lab = await startLab({ world });
    });
    afterEach(() => lab.close());

    async function labelsOf(path: string): Promise<Record<string, string | null>> {
      return (await lab.pulp.findDistribution(`kpr.push/${path}`))?.pulp_labels ?? {};
    }

    it('makes the push product and the repository of a first push, and publishes the image', async () => {
      const image = createImage({ seed: 'one' });
      await lab.push('acme/api', '1', image);

      const outcome = await lab.reconcile('acme/api');

      expect(outcome).to.deep.equal({ kind: 'done', result: 'published' });
      expect(await lab.listed('acme/container_push/api')).to.deep.equal({ 1: image.manifest.digest });
      const served = await lab.pulp.findDistribution('acme/container_push/api');
      expect(served?.repository).to.equal(null);
      expect(await lab.pulp.listTagNames(served?.repository_version ?? '')).to.have.lengthOf(1);
    });

    it('fills the product that the path names', async () => {
      const image = createImage({ seed: 'one' });
      await lab.push('acme/web/api', '1', image);

      await lab.reconcile('acme/web/api');

      expect(await lab.listed('acme/web/api')).to.deep.equal({ 1: image.manifest.digest });
      expect(lab.receipts.get('acme/web/api')?.pull).to.deep.equal(['foreman.example.com/acme/web/api:1']);
    });

    it('takes organization and product by id', async () => {
      const image = createImage({ seed: 'one' });
      await lab.push('id/1/1/api', '1', image);

      await lab.reconcile('id/1/1/api');

      expect(await lab.listed('acme/web/api')).to.deep.equal({ 1: image.manifest.digest });
    });

    it('keeps the push repository from the orphan cleanup, and remembers what it verified', async () => {
      await lab.push('acme/web/api', '1', createImage({ seed: 'one' }));

      await lab.reconcile('acme/web/api');

      const labels = await labelsOf('acme/web/api');
      expect(labels).to.include({ katello_orphan_cleanup: 'false', kpr_repository: '1' });
      expect(labels.kpr_claim).to.match(/^1 [0-9a-f-]{36} 1 1 1$/);
    });

    it('fills a first repository with at most 22 calls to Pulp and 10 to Katello, polling left out', async () => {
      const image = createImage({ seed: 'one' });
      await lab.push('acme/web/api', '1', image);

      await lab.reconcile('acme/web/api');

      expect(countCalls(lab).pulp).to.be.at.most(22);
      expect(countCalls(lab).katello).to.be.at.most(10);
      expect(await lab.listed('acme/web/api')).to.deep.equal({ 1: image.manifest.digest });
    });

    it('moves a tag to a new image with at most 11 calls to Pulp and 4 to Katello, polling left out', async () => {
      await lab.push('acme/web/api', '1', createImage({ seed: 'one' }));
      await lab.reconcile('acme/web/api');
      const image = createImage({ seed: 'two' });
      await lab.push('acme/web/api', '1', image);
      lab.calls.pulp.length = 0;
      lab.calls.katello.length = 0;

      await lab.reconcile('acme/web/api');

      expect(countCalls(lab).pulp).to.be.at.most(11);
      expect(countCalls(lab).katello).to.be.at.most(4);
      expect(await lab.listed('acme/web/api')).to.deep.equal({ 1: image.manifest.digest });
    });

    it('moves a tag back to an image with at most 7 calls to Pulp and 4 to Katello, polling left out', async () => {
      const [one, two] = [createImage({ seed: 'one' }), createImage({ seed: 'two' })];
      for (const image of [one, two]) {
        await lab.push('acme/web/api', '1', image);
        await lab.reconcile('acme/web/api');
      }
      await lab.push('acme/web/api', '1', one);
      lab.calls.pulp.length = 0;
      lab.calls.katello.length = 0;

      await lab.reconcile('acme/web/api');

      expect(countCalls(lab).pulp).to.be.at.most(7);
      expect(countCalls(lab).katello).to.be.at.most(4);
      expect(await lab.listed('acme/web/api')).to.deep.equal({ 1: one.manifest.digest });
    });

    it('writes nothing when the same image is pushed again', async () => {
      const image = createImage({ seed: 'one' });
      await lab.push('acme/web/api', '1', image);
      await lab.reconcile('acme/web/api');
      await lab.push('acme/web/api', '1', image);
      lab.calls.pulp.length = 0;
      lab.calls.katello.length = 0;

      const outcome = await lab.reconcile('acme/web/api');

      expect(outcome).to.deep.equal({ kind: 'done', result: 'unchanged' });
      expect([...lab.calls.pulp, ...lab.calls.katello].filter(isWrite)).to.deep.equal([]);
    });

    it('makes an index known to Katello before its tag arrives', async () => {
      const index = createTwoArchitectures({ seed: 'multi' });
      await lab.push('acme/web/api', 'multi', index);
      await lab.push('acme/web/api', '1', createImage({ seed: 'one' }));

      const outcome = await lab.reconcile('acme/web/api');

      expect(outcome.kind).to.equal('done');
      expect(await lab.listed('acme/web/api')).to.include({ multi: index.manifest.digest });
    });

    it('holds an index whose child is missing, publishes the rest, and takes it when it becomes whole', async () => {
      const children = [createImage({ seed: 'x' }), createImage({ seed: 'y', architecture: 'arm64' })] as const;
      const index = createIndex(children);
      const image = createImage({ seed: 'one' });
      await lab.push('acme/web/api', '1', image);
      await lab.push('acme/web/api', 'multi', index, [children[1].manifest.digest]);

      await lab.reconcile('acme/web/api');

      expect(await lab.listed('acme/web/api')).to.deep.equal({ 1: image.manifest.digest });
      const [held] = lab.receipts.get('acme/web/api')?.leftAlone ?? [];
      expect(held).to.include({ tag: 'multi', reason: 'incomplete-index' });
      expect(held?.message).to.contain(children[1].manifest.digest);
      expect(lab.looks.has('acme/web/api')).to.equal(true);

      await lab.push('acme/web/api', 'multi', index);
      await lab.reconcile('acme/web/api');

      expect(await lab.listed('acme/web/api')).to.include({ multi: index.manifest.digest });
    });

    it('leaves a tag that was moved in Katello as it is until something else is pushed to it', async () => {
      const [one, two, three] = ['one', 'two', 'three'].map((seed) => createImage({ seed }));
      await lab.push('acme/web/api', 'stable', one!);
      await lab.push('acme/web/api', 'latest', two!);
      await lab.reconcile('acme/web/api');
      await moveTagInKatello(lab, 'acme/web/api', 'latest', one!.manifest.digest);
      await lab.push('acme/web/api', 'other', two!);

      await lab.reconcile('acme/web/api');

      expect(await lab.listed('acme/web/api')).to.include({
        latest: one!.manifest.digest,
        other: two!.manifest.digest,
      });
      expect(lab.receipts.get('acme/web/api')?.leftAlone).to.have.lengthOf(1);

      await lab.push('acme/web/api', 'latest', three!);
      await lab.reconcile('acme/web/api');

      expect(await lab.listed('acme/web/api')).to.include({ latest: three!.manifest.digest });
    });

    it('refuses a second spelling of a repository and names the owner', async () => {
      await lab.push('acme/web/api', '1', createImage({ seed: 'one' }));
      await lab.reconcile('acme/web/api');
      await lab.push('id/1/1/api', '1', createImage({ seed: 'two' }));

      const outcome = await lab.reconcile('id/1/1/api');

      expect(outcome).to.deep.equal({ kind: 'done', result: 'refused' });
      expect(lab.receipts.get('id/1/1/api')?.error).to.include({
        reason: 'other-owner',
        message: 'acme/web/api feeds repository 1',
      });
      expect(await labelsOf('id/1/1/api')).to.deep.equal({});
    });

    for (const { path, reason } of [
      { path: 'nobody/web/api', reason: 'unknown-organization' },
      { path: 'acme/nothing/api', reason: 'unknown-product' },
      { path: 'acme', reason: 'bad-name' },
    ]) {
      it(`refuses ${path} as ${reason}, writes nothing and says so in its receipt`, async () => {
        await lab.push(path, '1', createImage({ seed: 'one' }));

        const outcome = await lab.reconcile(path);

        expect(outcome).to.deep.equal({ kind: 'done', result: 'refused' });
        expect(lab.receipts.get(path)).to.deep.include({ state: 'refused', version: 1 });
        expect(lab.receipts.get(path)?.error).to.include({ reason });
        expect([...lab.calls.pulp, ...lab.calls.katello].filter(isWrite)).to.deep.equal([]);
      });
    }

    it('has nothing to do where nothing is pushed', async () => {
      expect(await lab.reconcile('acme/web/nothing')).to.deep.equal({ kind: 'done', result: 'gone' });
    });

    it('plans without writing', async () => {
      const image = createImage({ seed: 'one' });
      await lab.push('acme/web/api', '1', image);

      const plan = await lab.plan('acme/web/api', new AbortController().signal);

      expect(plan?.actions.map(({ kind }) => kind)).to.include.members(['protect', 'create-repository', 'copy-tags']);
      expect(plan?.changes).to.deep.equal([{ name: '1', from: null, to: image.manifest.digest, reason: 'tag-new' }]);
      expect([...lab.calls.pulp, ...lab.calls.katello].filter(isWrite)).to.deep.equal([]);
    });
  });
}

/** As an administrator does: retag in Katello's Pulp repository, then publish. */
async function moveTagInKatello(lab: Lab, containerName: string, tag: string, digest: string): Promise<void> {
  const served = await lab.pulp.findDistribution(containerName);
  const repository = /^(.*)versions\//.exec(served?.repository_version ?? '')?.[1] ?? '';
  const answer = await fetch(`${lab.fakePulp.url}${repository}tag/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${lab.fakePulp.login}:${lab.fakePulp.password}`).toString('base64')}`,
    },
    body: JSON.stringify({ tag, digest }),
  });
  const { task } = z.object({ task: z.string() }).parse(await answer.json());
  await lab.pulp.waitForTask(task);
  await lab.katello.waitForTask((await lab.katello.importTag(1, { tag, digest })).id);
}
