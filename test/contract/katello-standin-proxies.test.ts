/** What the smart proxies of the stand-in do, in words. */
import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { type Answer, startTrial, type Trial } from '../support/katello/trial.ts';

const PRIMARY = { name: 'foreman.example.com', url: 'https://foreman.example.com:9090', primary: true };
const MIRROR = { name: 'near.example.com', url: 'http://127.0.0.1:0', libraries: ['acme'] };
const ROW = { name: 'far.example.com', url: 'https://far.example.com:9090' };
const KPR = [
  'view_products',
  'edit_products',
  'sync_products',
  'create_products',
  'view_lifecycle_environments',
  'view_smart_proxies',
];
const CONTENT = ['view_capsule_content', 'manage_capsule_content'];
const one = createImage({ seed: 'one' });
const two = createImage({ seed: 'two' });

/** An organization with the product `web`, and an account with these rights. */
const seedWith = (permissions: readonly string[]) => ({
  organizations: [{ name: 'acme', label: 'acme', products: [{ name: 'web' }] }],
  proxies: [PRIMARY, MIRROR, ROW],
  users: [
    { login: 'admin', password: 'sandbox-admin', admin: true, organizations: ['acme'] },
    {
      login: 'kpr',
      password: 'sandbox-kpr',
      organizations: ['acme'],
      roles: [{ name: 'reactor', permissions: [...permissions] }],
    },
  ],
});

for (const version of ['4.14.3', '5.0.1']) {
  describe(`a smart proxy of Katello ${version}'s stand-in`, () => {
    let trial: Trial;
    let id: number;

    const open = async (permissions: readonly string[]) => {
      trial = await startTrial(version, { seed: seedWith(permissions) });
      id = await trial.createRepository('api');
      await trial.pushInto(id, '1', one);
    };
    beforeEach(() => open([...KPR, ...CONTENT]));
    afterEach(() => trial.close());

    const mirror = async () => {
      const found = (await trial.world()).proxies.find(({ name }) => name === MIRROR.name);
      if (!found) throw new Error('the seed has no mirror');
      return found;
    };
    /** Digest of the tag in the proxy's registry; the status where there is none. */
    const pull = async (tag: string): Promise<string | number | null> => {
      const name = (await trial.world()).repositories.find((row) => row.id === id)?.containerRepositoryName;
      const answer = await fetch(`${(await mirror()).url}/v2/${name}/manifests/${tag}`, { method: 'HEAD' });
      return answer.ok ? answer.headers.get('docker-content-digest') : answer.status;
    };
    const publish = async (tag: string, image: typeof one) => {
      await trial.ended(await trial.importTag(id, tag, image));
      await trial.settled();
    };
    const sync = async (body: object): Promise<Answer> =>
      trial.ask('kpr', `POST /katello/api/v2/capsules/${(await mirror()).id}/content/sync`, { body });
    const behave = async (behaviour: string) =>
      trial.control('POST /faults/proxy', { id: (await mirror()).id, behaviour });

    it('serves what was published, and what moved, after Katello had it synced', async () => {
      await publish('1', one);
      expect(await pull('1')).to.equal(one.manifest.digest);

      await trial.pushInto(id, '1', two);
      await publish('1', two);

      expect(await pull('1')).to.equal(two.manifest.digest);
      expect(await pull('none')).to.equal(404);
    });

    it('is left alone while the setting is off, until somebody syncs it', async () => {
      await trial.control('POST /settings', { name: 'foreman_proxy_content_auto_sync', value: false });
      await publish('1', one);
      expect(await pull('1')).to.equal(404);

      await trial.ended(await sync({ repository_id: id }));

      expect(await pull('1')).to.equal(one.manifest.digest);
    });

    it('is left out silently where the account lacks a right', async () => {
      await trial.close();
      await open(KPR);

      await publish('1', one);

      expect(await pull('1')).to.equal(404);
      expect((await sync({ repository_id: id })).status).to.equal(403);
    });

    it('keeps what it has while it fails, which its task tells', async () => {
      await publish('1', one);
      await behave('failing');
      await trial.pushInto(id, '1', two);
      await publish('1', two);

      const [task] = (await trial.tasks('CapsuleContent::Sync')).slice(-1);
      expect(task).to.include({ state: 'stopped', result: 'warning' });
      expect(await pull('1')).to.equal(one.manifest.digest);
    });

    it('is not reached while it is down, by anybody', async () => {
      await behave('unreachable');
      await publish('1', one);

      const refused = await sync({ repository_id: id });

      expect(refused.status).to.equal(500);
      expect(JSON.stringify(refused.body)).to.contain('There was an issue with the backend service pulp3');
      expect(await pull('1').catch(() => 'down')).to.equal('down');
    });

    it('is synced without being served where its registry is not told, until a forced sync', async () => {
      await behave('unlisted');
      await publish('1', one);
      expect(await pull('1')).to.equal(404);

      await behave('ok');
      await trial.ended(await sync({ repository_id: id }));
      expect(await pull('1')).to.equal(404);
      await trial.ended(await sync({ repository_id: id, skip_metadata_check: true }));

      expect(await pull('1')).to.equal(one.manifest.digest);
    });
  });
}
