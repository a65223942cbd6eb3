import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { z } from 'zod';
import { Manifest, Tag, Task } from '../../lib/pulp/schema.ts';
import {
  createArtifact,
  createImage,
  createIndex,
  createTwoArchitectures,
  type Image,
} from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import type { Reply } from '../support/pulp/client.ts';
import { describePulps } from '../support/pulp/targets.ts';

const PUSH_TASK = 'pulp_container.app.tasks.download_image_data.aadd_and_remove';
const MISSING = `sha256:${'0'.repeat(64)}`;
const Digest = z.object({ digest: z.string() });

describePulps('Pulp push', (pulp, world) => {
  const at = (name: string) => `${pulp().prefix}/${name}`;
  const startUpload = (name: string, query = '') => pulp().send('POST', `/v2/${at(name)}/blobs/uploads/${query}`);
  const putManifest = (name: string, reference: string, { manifest }: Pick<Image, 'manifest'>) =>
    pulp().send('PUT', `/v2/${at(name)}/manifests/${reference}`, {
      body: manifest.bytes,
      headers: { 'content-type': manifest.mediaType },
    });
  const latestVersion = async (name: string) => {
    const repository = await pulp().findRepository(at(name));
    return pulp().readVersion(repository?.latest_version_href ?? '');
  };
  const tasksOf = async (name: string) => {
    const repository = await pulp().findRepository(at(name));
    const uuid = repository?.pulp_href.split('/').at(-2);
    const model = world === 'a' ? 'containerpushrepository' : 'containerrepository';
    return pulp().list(`tasks/?reserved_resources=prn:container.${model}:${uuid}&ordering=pulp_created`, Task);
  };

  const artifactDigests = async (versionHref: string) => {
    const path = `artifacts/?repository_version=${versionHref}&fields=sha256`;
    const artifacts = await pulp().list(path, z.object({ sha256: z.string() }));
    return artifacts.map(({ sha256 }) => `sha256:${sha256}`);
  };

  describe('the first request of an upload', () => {
    it('makes repository and distribution of that name, and no task', async () => {
      const { status, headers } = await startUpload('first/app');

      const repository = await pulp().findRepository(at('first/app'));
      const distribution = await pulp().findDistribution(at('first/app'));
      expect(status).to.equal(202);
      expect(headers.get('location')).to.match(/^\/v2\/kpr\.test\/.*\/first\/app\/blobs\/uploads\/[0-9a-f-]{36}$/);
      expect(repository?.pulp_href).to.contain(
        world === 'a' ? '/repositories/container/container-push/' : '/repositories/container/container/',
      );
      expect(repository?.latest_version_href).to.equal(`${repository?.pulp_href}versions/0/`);
      expect(distribution).to.deep.include({
        name: at('first/app'),
        repository: repository?.pulp_href,
        repository_version: null,
        pulp_labels: {},
      });
      expect(await tasksOf('first/app')).to.deep.equal([]);
    });

    it('is refused without login', async () => {
      const { status, body } = await pulp().send('POST', `/v2/${at('nobody')}/blobs/uploads/`, { isKnown: false });

      expect(status).to.equal(401);
      expect(body).to.have.nested.property('errors[0].code', 'UNAUTHORIZED');
      expect(await pulp().findRepository(at('nobody'))).to.equal(null);
    });

    it('refuses names of other characters, not in the form of registry errors', async () => {
      const names = ['Upper', '-x', 'x-', 'a..b', 'ä', 'x'.repeat(300)];

      const replies = await Promise.all(names.map((name) => startUpload(encodeURIComponent(name))));

      expect(replies.map(({ status }) => status)).to.deep.equal(names.map(() => 400));
      for (const { body } of replies) expect(body).to.have.property('base_path');
    });
  });

  describe('blobs', () => {
    it('come in pieces', async () => {
      const bytes = Buffer.from('one and two');
      const started = await startUpload('pieces');
      const location = locationOf(started);

      const first = await patch(location, bytes.subarray(0, 3), '0-2');
      const second = await patch(location, bytes.subarray(3), '3-10');
      const done = await pulp().send('PUT', `${location}?digest=${digestOf(bytes)}`);

      const head = await pulp().send('HEAD', `/v2/${at('pieces')}/blobs/${digestOf(bytes)}`);
      expect([first.status, second.status, done.status, head.status]).to.deep.equal([202, 202, 201, 302]);
      expect(first.headers.get('range')).to.equal('0-2');
      expect(done.headers.get('location')).to.equal(`/v2/${at('pieces')}/blobs/${digestOf(bytes)}`);
    });

    it('that do not fit their digest after a PATCH end in 500', async () => {
      const location = locationOf(await startUpload('unfit'));
      await patch(location, Buffer.from('x'));

      const { status } = await pulp().send('PUT', `${location}?digest=${MISSING}`);

      expect(status).to.equal(500);
    });

    it('that come in the last request alone are taken under any digest; only their artifact tells', async () => {
      const image = createImage({ seed: `${pulp().prefix} poison` });
      const victim = image.blobs.at(-1)?.digest ?? '';
      const wrong = Buffer.from(`wrong bytes of ${pulp().prefix}`);
      const location = locationOf(await startUpload('poison'));

      const { status } = await pulp().send('PUT', `${location}?digest=${victim}`, { body: wrong });
      await push(pulp(), at('poison'), '1', image);

      const { pulp_href } = await latestVersion('poison');
      const known = await artifactDigests(pulp_href);
      expect(status).to.equal(201);
      expect(known).to.include(digestOf(wrong)).and.not.to.include(victim);
    });

    it('of another repository are mounted, or not found', async () => {
      const image = createImage({ seed: `${pulp().prefix} mount` });
      await push(pulp(), at('mount-from'), '1', image);
      const digest = image.blobs[0]?.digest ?? '';

      const [mounted, unknownBlob, unknownName, noFrom] = [
        await startUpload('mount-to', `?mount=${digest}&from=${at('mount-from')}`),
        await startUpload('mount-to', `?mount=${MISSING}&from=${at('mount-from')}`),
        await startUpload('mount-to', `?mount=${digest}&from=${at('mount-none')}`),
        await startUpload('mount-to', `?mount=${digest}`),
      ];

      expect([mounted, unknownBlob, unknownName, noFrom].map(({ status }) => status)).to.deep.equal([
        201, 404, 404, 202,
      ]);
    });

    it('of an upload that is not there are not found', async () => {
      await startUpload('upload');

      const { status, body } = await patch(
        `/v2/${at('upload')}/blobs/uploads/00000000-0000-0000-0000-000000000000`,
        Buffer.from('x'),
      );

      expect({ status, body }).to.deep.equal({ status: 404, body: { detail: 'No Upload matches the given query.' } });
    });
  });

  describe('a manifest', () => {
    it('pushed by digest makes neither task nor version', async () => {
      const image = createImage({ seed: `${pulp().prefix} by digest` });

      await push(pulp(), at('by-digest'), image.manifest.digest, image);

      const head = await pulp().send('HEAD', `/v2/${at('by-digest')}/manifests/${image.manifest.digest}`);
      expect(await tasksOf('by-digest')).to.deep.equal([]);
      expect(await latestVersion('by-digest')).to.deep.include({ number: 0 });
      expect(head.status).to.be.oneOf([200, 302]);
    });

    it('pushed by tag makes one task, which is over when the push is, and one version', async () => {
      await push(pulp(), at('by-tag'), '1', createImage({ seed: `${pulp().prefix} by tag` }));

      const [task, ...more] = await tasksOf('by-tag');
      const version = await latestVersion('by-tag');
      expect(more).to.deep.equal([]);
      expect(task).to.deep.include({ name: PUSH_TASK, state: 'completed', created_resources: [version.pulp_href] });
      expect(version.content_summary.added).to.have.keys('container.blob', 'container.manifest', 'container.tag');
      expect(version.content_summary.present).to.deep.nested.include({ 'container\\.blob.count': 2 });
    });

    it('pushed again unchanged makes a task without result, and no version', async () => {
      const image = createImage({ seed: `${pulp().prefix} again` });
      await push(pulp(), at('again'), '1', image);

      await push(pulp(), at('again'), '1', image);

      const tasks = await tasksOf('again');
      expect(tasks.map(({ state, created_resources }) => [state, created_resources.length])).to.deep.equal([
        ['completed', 1],
        ['completed', 0],
      ]);
      expect(await latestVersion('again')).to.deep.include({ number: 1 });
    });

    it('under a tag that is there moves it: one tag added, one removed, the old manifest stays', async () => {
      await push(pulp(), at('moved'), '1', createImage({ seed: `${pulp().prefix} old` }));

      await push(pulp(), at('moved'), '1', createImage({ seed: `${pulp().prefix} new` }));

      const { content_summary, pulp_href } = await latestVersion('moved');
      const tags = await pulp().list(`content/container/tags/?repository_version=${pulp_href}`, Tag);
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

      expect(await latestVersion('artifact')).to.deep.include({ number: 1 });
    });
  });

  describe('an index', () => {
    it('whose children went by digest is one task and one version', async () => {
      const index = createTwoArchitectures({ seed: `${pulp().prefix} index` });

      await push(pulp(), at('index'), '1', index);

      const [version, tasks] = [await latestVersion('index'), await tasksOf('index')];
      const { content_summary, number } = version;
      expect([number, tasks.length]).to.deep.equal([1, 1]);
      expect(content_summary.present['container.manifest']?.count).to.equal(3);
    });

    it('is accepted without its children, and links those that are there', async () => {
      const index = createTwoArchitectures({ seed: `${pulp().prefix} partial` });
      const [there, missing] = index.children.map(({ manifest }) => manifest.digest);

      await push(pulp(), at('partial'), '1', index, { leaveOut: [missing ?? ''] });

      const { pulp_href } = await latestVersion('partial');
      const manifests = await pulp().list(`content/container/manifests/?repository_version=${pulp_href}`, Manifest);
      const listed = manifests.find(({ digest }) => digest === index.manifest.digest)?.listed_manifests;
      const child = manifests.find(({ digest }) => digest === there);
      expect(manifests).to.have.lengthOf(2);
      expect(listed).to.deep.equal([child?.pulp_href]);
    });

    it('pushed again with the missing child links it and makes a version', async () => {
      const index = createTwoArchitectures({ seed: `${pulp().prefix} healed` });
      await push(pulp(), at('healed'), '1', index, { leaveOut: [index.children[1]?.manifest.digest ?? ''] });

      await push(pulp(), at('healed'), '1', index);

      const { pulp_href, number } = await latestVersion('healed');
      const manifests = await pulp().list(`content/container/manifests/?repository_version=${pulp_href}`, Manifest);
      const list = manifests.find(({ digest }) => digest === index.manifest.digest);
      expect(number).to.equal(2);
      expect(list?.listed_manifests).to.have.lengthOf(2);
    });
  });

  describe('reading back', () => {
    before(async function () {
      this.timeout(60_000);
      for (const tag of ['b', 'a', 'c'])
        await push(pulp(), at('read'), tag, createImage({ seed: `${pulp().prefix} ${tag}` }));
    });

    it('lists tags in their order, in pages', async () => {
      const all = await pulp().get(`/v2/${at('read')}/tags/list`);
      const page = await pulp().get(`/v2/${at('read')}/tags/list?n=2`);
      const rest = await pulp().get(`/v2/${at('read')}/tags/list?n=2&last=b`);

      expect(all.body).to.deep.equal({ name: at('read'), tags: ['a', 'b', 'c'] });
      expect(page.body).to.deep.include({ tags: ['a', 'b'] });
      expect(page.headers.get('link')).to.contain('last=b').and.to.contain('rel="next"');
      expect(rest.body).to.deep.include({ tags: ['c'] });
    });

    it('gives a manifest by tag, directly or by way of the content app, to who accepts its type', async () => {
      const image = createImage({ seed: `${pulp().prefix} a` });
      const path = `/v2/${at('read')}/manifests/a`;

      const reply = await pulp().get(path, { headers: { accept: image.manifest.mediaType } });
      const refused = await pulp().get(path, {
        headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
      });

      const location = reply.headers.get('location');
      const served =
        location === null ? reply : await pulp().get(location, { headers: { accept: image.manifest.mediaType } });
      expect(reply.status).to.equal(world === 'a' ? 302 : 200);
      expect(served.status).to.equal(200);
      expect(served.headers.get('docker-content-digest')).to.equal(image.manifest.digest);
      expect(refused.status).to.equal(404);
    });

    it('needs no login, but for the root', async () => {
      const [tags, root] = [
        await pulp().get(`/v2/${at('read')}/tags/list`, { isKnown: false }),
        await pulp().get('/v2/', { isKnown: false }),
      ];

      expect([tags.status, root.status]).to.deep.equal([200, 401]);
    });

    it('does not know other names, tags and blobs', async () => {
      const paths = ['none/tags/list', 'read/manifests/none', `read/blobs/${MISSING}`];

      const replies = await Promise.all(paths.map((path) => pulp().get(`/v2/${at(path)}`)));

      expect(replies.map(codeOf)).to.deep.equal(['NAME_UNKNOWN', 'MANIFEST_UNKNOWN', 'BLOB_UNKNOWN']);
    });

    it('shows the artifacts behind the blobs of a version', async () => {
      const { pulp_href } = await latestVersion('read');

      const blobs = await pulp().list(`content/container/blobs/?repository_version=${pulp_href}&fields=digest`, Digest);
      expect(blobs).to.have.lengthOf(6);
      expect(await artifactDigests(pulp_href)).to.include.members(blobs.map(({ digest }) => digest));
    });
  });

  it('of deleting by tag is refused', async () => {
    await push(pulp(), at('delete'), '1', createImage({ seed: `${pulp().prefix} delete` }));

    const { status } = await pulp().send('DELETE', `/v2/${at('delete')}/manifests/1`);

    expect(status).to.equal(world === 'a' ? 405 : 400);
  });

  function patch(location: string, body: Buffer, range?: string): Promise<Reply> {
    return pulp().send('PATCH', location, {
      body,
      ...(range !== undefined && { headers: { 'content-range': range } }),
    });
  }
});

function locationOf({ headers }: Reply): string {
  return headers.get('location') ?? '';
}

function codeOf({ body }: Reply): string | undefined {
  return z.object({ errors: z.array(z.object({ code: z.string() })) }).parse(body).errors[0]?.code;
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
