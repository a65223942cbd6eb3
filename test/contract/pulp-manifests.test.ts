import { expect } from 'chai';
import {
  createArtifact,
  createImage,
  createIndex,
  createTwoArchitectures,
  type Image,
} from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { describePulps } from '../support/pulp/targets.ts';

const PUSH_TASK = 'pulp_container.app.tasks.download_image_data.aadd_and_remove';

describePulps('Pulp push of manifests', (pulp) => {
  const at = (name: string) => pulp().at(name);
  const startUpload = (name: string, query = '') => pulp().send('POST', `/v2/${at(name)}/blobs/uploads/${query}`);
  const putManifest = (name: string, reference: string, { manifest }: Pick<Image, 'manifest'>) =>
    pulp().send('PUT', `/v2/${at(name)}/manifests/${reference}`, {
      body: manifest.bytes,
      headers: { 'content-type': manifest.mediaType },
    });
  describe('a manifest', () => {
    it('pushed by digest makes neither task nor version', async () => {
      const image = createImage({ seed: `${pulp().prefix} by digest` });

      await push(pulp(), at('by-digest'), image.manifest.digest, image);

      const head = await pulp().send('HEAD', `/v2/${at('by-digest')}/manifests/${image.manifest.digest}`);
      expect(await pulp().tasksOf('by-digest')).to.deep.equal([]);
      expect(await pulp().readLatest('by-digest')).to.deep.include({ number: 0 });
      expect(head.status).to.be.oneOf([200, 302]);
    });

    it('pushed by tag makes one task, which is over when the push is, and one version', async () => {
      await push(pulp(), at('by-tag'), '1', createImage({ seed: `${pulp().prefix} by tag` }));

      const [task, ...more] = await pulp().tasksOf('by-tag');
      const version = await pulp().readLatest('by-tag');
      expect(more).to.deep.equal([]);
      expect(task).to.deep.include({ name: PUSH_TASK, state: 'completed', created_resources: [version.pulp_href] });
      expect(version.content_summary.added).to.have.keys('container.blob', 'container.manifest', 'container.tag');
      expect(version.content_summary.present).to.deep.nested.include({ 'container\\.blob.count': 2 });
    });

    it('pushed again unchanged makes a task without result, and no version', async () => {
      const image = createImage({ seed: `${pulp().prefix} again` });
      await push(pulp(), at('again'), '1', image);

      await push(pulp(), at('again'), '1', image);

      const tasks = await pulp().tasksOf('again');
      expect(tasks.map(({ state, created_resources }) => [state, created_resources.length])).to.deep.equal([
        ['completed', 1],
        ['completed', 0],
      ]);
      expect(await pulp().readLatest('again')).to.deep.include({ number: 1 });
    });

    it('under a tag that is there moves it: one tag added, one removed, the old manifest stays', async () => {
      await push(pulp(), at('moved'), '1', createImage({ seed: `${pulp().prefix} old` }));

      await push(pulp(), at('moved'), '1', createImage({ seed: `${pulp().prefix} new` }));

      const { content_summary, pulp_href } = await pulp().readLatest('moved');
      const tags = await pulp().tagsOf(pulp_href);
      const counts = {
        added: content_summary.added['container.tag']?.count,
        removed: content_summary.removed['container.tag']?.count,
        manifests: content_summary.present['container.manifest']?.count,
      };
      expect(counts).to.deep.equal({ added: 1, removed: 1, manifests: 2 });
      expect(tags.map(({ name }) => name)).to.deep.equal(['1']);
    });

    it('is refused while a blob it names is missing', async () => {
      const image = createImage({ seed: `${pulp().prefix} no blobs` });
      await startUpload('no-blobs');

      const { status, body } = await putManifest('no-blobs', '1', image);

      expect(status).to.equal(400);
      expect(body).to.have.nested.property('errors[0].code', 'BLOB_UNKNOWN');
    });

    it('is refused on a new path, unless it is an index', async () => {
      const image = await putManifest('new-image', '1', createImage({ seed: `${pulp().prefix} new path` }));
      const index = await putManifest('new-index', '1', createIndex([]));

      expect([image.status, index.status]).to.deep.equal([404, 201]);
      expect(image.body).to.have.nested.property('errors[0].code', 'NAME_UNKNOWN');
    });

    it('that is no JSON ends in 500', async () => {
      await startUpload('junk');

      const { status, headers } = await pulp().send('PUT', `/v2/${at('junk')}/manifests/1`, {
        body: Buffer.from('junk'),
      });

      expect(status).to.equal(500);
      expect(headers.get('content-type')).to.contain('text/html');
    });

    it('of an artifact is taken like an image', async () => {
      await push(pulp(), at('artifact'), '1', createArtifact(`${pulp().prefix} artifact`, 'application/vnd.kpr.test'));

      expect(await pulp().readLatest('artifact')).to.deep.include({ number: 1 });
    });
  });

  describe('an index', () => {
    it('whose children went by digest is one task and one version', async () => {
      const index = createTwoArchitectures({ seed: `${pulp().prefix} index` });

      await push(pulp(), at('index'), '1', index);

      const [version, tasks] = [await pulp().readLatest('index'), await pulp().tasksOf('index')];
      const { content_summary, number } = version;
      expect([number, tasks.length]).to.deep.equal([1, 1]);
      expect(content_summary.present['container.manifest']?.count).to.equal(3);
    });

    it('is accepted without its children, and links those that are there', async () => {
      const index = createTwoArchitectures({ seed: `${pulp().prefix} partial` });
      const [there, missing] = index.children.map(({ manifest }) => manifest.digest);

      await push(pulp(), at('partial'), '1', index, { leaveOut: [missing ?? ''] });

      const { pulp_href } = await pulp().readLatest('partial');
      const manifests = await pulp().manifestsOf(pulp_href);
      const listed = manifests.find(({ digest }) => digest === index.manifest.digest)?.listed_manifests;
      const child = manifests.find(({ digest }) => digest === there);
      expect(manifests).to.have.lengthOf(2);
      expect(listed).to.deep.equal([child?.pulp_href]);
    });

    it('pushed again with the missing child links it and makes a version', async () => {
      const index = createTwoArchitectures({ seed: `${pulp().prefix} healed` });
      await push(pulp(), at('healed'), '1', index, { leaveOut: [index.children[1]?.manifest.digest ?? ''] });

      await push(pulp(), at('healed'), '1', index);

      const { pulp_href, number } = await pulp().readLatest('healed');
      const manifests = await pulp().manifestsOf(pulp_href);
      const list = manifests.find(({ digest }) => digest === index.manifest.digest);
      expect(number).to.equal(2);
      expect(list?.listed_manifests).to.have.lengthOf(2);
    });
  });
});
