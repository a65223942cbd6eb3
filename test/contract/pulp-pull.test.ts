import { expect } from 'chai';
import { z } from 'zod';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import type { Reply } from '../support/pulp/client.ts';
import { describePulps } from '../support/pulp/targets.ts';

const MISSING = `sha256:${'0'.repeat(64)}`;
const Digest = z.object({ digest: z.string() });

describePulps('Pulp registry', (pulp, world) => {
  const at = (name: string) => pulp().at(name);
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
    const { pulp_href } = await pulp().readLatest('read');

    const blobs = await pulp().list(`content/container/blobs/?repository_version=${pulp_href}&fields=digest`, Digest);
    expect(blobs).to.have.lengthOf(6);
    expect(await pulp().artifactDigestsOf(pulp_href)).to.include.members(blobs.map(({ digest }) => digest));
  });

  it('does not delete by tag', async () => {
    await push(pulp(), at('delete'), '1', createImage({ seed: `${pulp().prefix} delete` }));

    const { status } = await pulp().send('DELETE', `/v2/${at('delete')}/manifests/1`);

    expect(status).to.equal(world === 'a' ? 405 : 400);
  });

  it('deletes by digest, with its tags, from pulp_container 2.29', async () => {
    const image = createImage({ seed: `${pulp().prefix} delete by digest` });
    for (const tag of ['1', '2']) await push(pulp(), at('delete-digest'), tag, image);

    const { status } = await pulp().send('DELETE', `/v2/${at('delete-digest')}/manifests/${image.manifest.digest}`);

    expect(status).to.equal(world === 'a' ? 405 : 202);
    if (world === 'a') return;
    const task = (await pulp().tasksOf('delete-digest')).at(-1);
    const { created_resources } = await pulp().waitForTask(task?.pulp_href ?? '');
    expect((await pulp().readVersion(created_resources[0] ?? '')).content_summary.present).to.deep.equal({});
  });
});

function codeOf({ body }: Reply): string | undefined {
  return z.object({ errors: z.array(z.object({ code: z.string() })) }).parse(body).errors[0]?.code;
}
