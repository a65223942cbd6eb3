import { expect } from 'chai';
import { Manifest, type Repository } from '../../lib/pulp/schema.ts';
import { createImage, createTwoArchitectures } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import type { Reply } from '../support/pulp/client.ts';
import { describePulps } from '../support/pulp/targets.ts';

describePulps('Pulp', (pulp, world) => {
  const at = (name: string) => pulp().at(name);
  const image = (seed: string) => createImage({ seed: `${pulp().prefix} ${seed}` });
  const namesOf = async (version: string, filter?: string) =>
    (await pulp().tagsOf(version, filter)).map(({ name }) => name);
  const hrefOf = async (version: string, name: string) =>
    (await pulp().tagsOf(version)).find((tag) => tag.name === name)?.pulp_href ?? '';
  const add = (target: Repository, units: readonly string[]) =>
    pulp().post(`${target.pulp_href}add/`, { content_units: units });
  const versionOf = async (accepted: Reply) => (await pulp().finish(accepted)).created_resources[0] ?? '';

  /** A push repository with tags 1 and 2 of images, and `multi` of an index. */
  const source = async (name: string) => {
    await push(pulp(), at(name), '1', image('one'));
    await push(pulp(), at(name), '2', image('two'));
    await push(pulp(), at(name), 'multi', createTwoArchitectures({ seed: `${pulp().prefix} multi` }));
    return pulp().findLatest(name);
  };

  before(async function () {
    this.timeout(60_000);
    await source('source');
  });

  describe('tag and untag', () => {
    it('move a tag of a push repository back to an older manifest', async () => {
      await push(pulp(), at('rollback'), '1', image('older'));
      await push(pulp(), at('rollback'), '1', image('newer'));
      const repository = await pulp().findRepository(at('rollback'));
      const body = { tag: '1', digest: image('older').manifest.digest };

      const task = await pulp().finish(await pulp().post(`${repository?.pulp_href}tag/`, body));

      const version = `${repository?.pulp_href}versions/3/`;
      const [tag] = await pulp().tagsOf(version);
      const [manifest] = await pulp().list(
        `content/container/manifests/?pulp_href__in=${tag?.tagged_manifest}`,
        Manifest,
      );
      expect(task).to.deep.include({ name: 'pulp_container.app.tasks.tag.tag_image', created_resources: [version] });
      expect(manifest?.digest).to.equal(body.digest);
    });

    it('name a tag that is new besides the version', async () => {
      await push(pulp(), at('new-tag'), '1', image('new tag'));
      const repository = await pulp().findRepository(at('new-tag'));
      const body = { tag: `fresh-${pulp().prefix.slice(-12)}`, digest: image('new tag').manifest.digest };

      const task = await pulp().finish(await pulp().post(`${repository?.pulp_href}tag/`, body));

      const href = await hrefOf(`${repository?.pulp_href}versions/2/`, body.tag);
      expect(task.created_resources).to.have.members([`${repository?.pulp_href}versions/2/`, href]);
    });

    it('refuse a digest and a tag that are not in the latest version, and a bad name', async () => {
      const repository = await pulp().findRepository(at('source'));
      const digest = image('one').manifest.digest;
      const post = (action: string, body: unknown) => pulp().post(`${repository?.pulp_href}${action}/`, body);

      const replies = [
        await post('tag', { tag: 'x', digest: `sha256:${'0'.repeat(64)}` }),
        await post('tag', { tag: '-x', digest }),
        await post('tag', { tag: 'x' }),
        await post('untag', { tag: 'none' }),
      ];

      expect(replies.map(({ status }) => status)).to.deep.equal([400, 400, 400, 400]);
    });

    it('remove a tag and nothing else', async () => {
      await source('untag');
      const repository = await pulp().findRepository(at('untag'));

      const version = await versionOf(await pulp().post(`${repository?.pulp_href}untag/`, { tag: '1' }));

      expect(await namesOf(version)).to.deep.equal(['2', 'multi']);
      expect(await namesOf(version, 'repository_version_removed')).to.deep.equal(['1']);
      expect(await pulp().manifestsOf(version)).to.have.lengthOf(5);
    });
  });

  describe('versions', () => {
    it('beyond the number kept are dropped; the one that is served does not count', async () => {
      for (const seed of ['k1', 'k2', 'k3']) await push(pulp(), at('kept'), '1', image(seed));
      const repository = await pulp().findRepository(at('kept'));
      const href = repository?.pulp_href ?? '';

      await pulp().finish(await pulp().send('PATCH', href, { body: { retain_repo_versions: 1 } }));
      await push(pulp(), at('kept'), '1', image('k4'));

      const [dropped, kept] = [await pulp().get(`${href}versions/2/`), await pulp().get(`${href}versions/3/`)];
      const filter = await pulp().get(`content/container/tags/?repository_version=${href}versions/2/`);
      expect([dropped.status, kept.status, filter.status]).to.deep.equal([404, 200, 400]);
    });

    it('of two adds at once come one after the other, and hold both', async () => {
      const target = await pulp().createRepository(at('two-adds'));
      const from = await pulp().findLatest('source');
      const [one, two] = [await hrefOf(from, '1'), await hrefOf(from, '2')];

      const accepted = await Promise.all([add(target, [one]), add(target, [two])]);
      const tasks = await Promise.all(accepted.map((reply) => pulp().finish(reply)));

      expect(tasks.map(({ state }) => state)).to.deep.equal(['completed', 'completed']);
      expect(await namesOf(`${target.pulp_href}versions/2/`)).to.deep.equal(['1', '2']);
    });

    it('show their tasks in the order of their making', async () => {
      for (const tag of ['1', '2']) await push(pulp(), at('ordered'), tag, image(tag));

      const tasks = await pulp().tasksOf('ordered');

      const { pulp_href } = (await pulp().findRepository(at('ordered'))) ?? {};
      expect(tasks.flatMap(({ created_resources }) => created_resources)).to.deep.equal([
        `${pulp_href}versions/1/`,
        `${pulp_href}versions/2/`,
      ]);
    });
  });

  describe('labels of repositories', () => {
    it('are set one by one on container repositories only', async () => {
      const repository = await pulp().findRepository(at('source'));

      const { status } = await pulp().post(`${repository?.pulp_href}set_label/`, { key: 'kpr', value: 'x' });

      expect(status).to.equal(world === 'a' ? 404 : 201);
    });

    it('take no comma up to pulpcore 3.105', async () => {
      const target = await pulp().createRepository(at('comma'));

      const { status } = await pulp().post(`${target.pulp_href}set_label/`, { key: 'kpr', value: 'a,b' });

      expect(status).to.equal(world === 'a' ? 400 : 201);
    });
  });
});
