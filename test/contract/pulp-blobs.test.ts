import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import type { Reply } from '../support/pulp/client.ts';
import { describePulps } from '../support/pulp/targets.ts';

const MISSING = `sha256:${'0'.repeat(64)}`;

describePulps('Pulp push of blobs', (pulp, world) => {
  const at = (name: string) => pulp().at(name);
  const startUpload = (name: string, query = '') => pulp().send('POST', `/v2/${at(name)}/blobs/uploads/${query}`);
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
      expect(await pulp().tasksOf('first/app')).to.deep.equal([]);
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

      const { pulp_href } = await pulp().readLatest('poison');
      const known = await pulp().artifactDigestsOf(pulp_href);
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

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
