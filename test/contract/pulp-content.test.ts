import { expect } from 'chai';
import { Manifest, type Repository, Tag, TagName, Task } from '../../lib/pulp/schema.ts';
import { createImage, createIndex, createTwoArchitectures } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import type { Reply } from '../support/pulp/client.ts';
import { describePulps } from '../support/pulp/targets.ts';

const NO_TAG = '/pulp/api/v3/content/container/tags/00000000-0000-0000-0000-000000000000/';

describePulps('Pulp content', (pulp, world) => {
  const at = (name: string) => `${pulp().prefix}/${name}`;
  const image = (seed: string) => createImage({ seed: `${pulp().prefix} ${seed}` });
  const latest = async (name: string) => {
    const repository = await pulp().findRepository(at(name));
    return repository?.latest_version_href ?? '';
  };
  const tagsOf = (version: string, filter = 'repository_version') =>
    pulp().list(`content/container/tags/?${filter}=${version}&ordering=name`, Tag);
  const namesOf = async (version: string, filter?: string) => (await tagsOf(version, filter)).map(({ name }) => name);
  const hrefOf = async (version: string, name: string) =>
    (await tagsOf(version)).find((tag) => tag.name === name)?.pulp_href ?? '';
  const manifestsOf = (version: string) =>
    pulp().list(`content/container/manifests/?repository_version=${version}`, Manifest);
  const add = (target: Repository, units: readonly string[]) =>
    pulp().post(`${target.pulp_href}add/`, { content_units: units });
  const remove = (target: Repository, units: readonly string[]) =>
    pulp().post(`${target.pulp_href}remove/`, { content_units: units });
  const versionOf = async (accepted: Reply) => (await pulp().finish(accepted)).created_resources[0] ?? '';

  /** A push repository with tags 1 and 2 of images, and `multi` of an index. */
  const source = async (name: string) => {
    await push(pulp(), at(name), '1', image('one'));
    await push(pulp(), at(name), '2', image('two'));
    await push(pulp(), at(name), 'multi', createTwoArchitectures({ seed: `${pulp().prefix} multi` }));
    return latest(name);
  };

  before(async function () {
    this.timeout(60_000);
    await source('source');
  });

  describe('of a version', () => {
    it('is what is present, what it added and what it removed', async () => {
      await push(pulp(), at('changes'), '1', image('a'));
      await push(pulp(), at('changes'), '1', image('b'));
      const version = await latest('changes');

      const [present, added, removed] = [
        await tagsOf(version),
        await tagsOf(version, 'repository_version_added'),
        await tagsOf(version, 'repository_version_removed'),
      ];

      expect(present).to.deep.equal(added);
      expect(removed.map(({ name }) => name)).to.deep.equal(['1']);
      expect(removed[0]?.tagged_manifest).not.to.equal(added[0]?.tagged_manifest);
    });

    it('is the latest one where a repository is named', async () => {
      const repository = await pulp().findRepository(at('source'));

      expect(await namesOf(repository?.pulp_href ?? '')).to.deep.equal(['1', '2', 'multi']);
    });

    it('is found by name, href and media type', async () => {
      const version = await latest('source');
      const href = await hrefOf(version, '2');
      const ask = (query: string) => pulp().list(`content/container/${query}`, TagName);

      const byName = await ask(`tags/?repository_version=${version}&name__in=1,none&fields=pulp_href,name`);
      const byHref = await ask(`tags/?pulp_href__in=${href},${NO_TAG}&fields=pulp_href,name`);
      const lists = await pulp().list(
        `content/container/manifests/?repository_version=${version}&media_type=application/vnd.oci.image.index.v1%2Bjson`,
        Manifest,
      );

      expect(byName.map(({ name }) => name)).to.deep.equal(['1']);
      expect(byHref).to.deep.equal([{ pulp_href: href, name: '2' }]);
      expect(lists.map(({ listed_manifests }) => listed_manifests.length)).to.deep.equal([2]);
    });

    it('that is not there is a 400 as a filter and a 404 by itself', async () => {
      const version = (await latest('source')).replace(/\d+\/$/, '99/');

      const [filter, itself] = [
        await pulp().get(`content/container/tags/?repository_version=${version}`),
        await pulp().get(version),
      ];

      expect([filter.status, itself.status]).to.deep.equal([400, 404]);
      expect(filter.body).to.deep.equal([`URI ${version} not found for repositoryversion.`]);
    });
  });

  describe('add', () => {
    it('brings what a tag stands for, in one version, under the same hrefs', async () => {
      const target = await pulp().createRepository(at('add-target'));
      const from = await latest('source');
      const units = (await tagsOf(from)).map(({ pulp_href }) => pulp_href);

      const task = await pulp().finish(await add(target, units));

      const version = `${target.pulp_href}versions/1/`;
      expect(task).to.deep.include({
        name: 'pulp_container.app.tasks.recursive_add.recursive_add_content',
        created_resources: [version],
      });
      expect(await tagsOf(version)).to.deep.equal(await tagsOf(from));
      expect((await manifestsOf(version)).length).to.equal(5);
    });

    it('replaces a tag of the same name', async () => {
      const target = await pulp().createRepository(at('replace-target'));
      await push(pulp(), at('replace'), '1', image('old'));
      await pulp().finish(await add(target, [await hrefOf(await latest('replace'), '1')]));
      await push(pulp(), at('replace'), '1', image('new'));
      const moved = await hrefOf(await latest('replace'), '1');

      const version = await versionOf(await add(target, [moved]));

      expect((await tagsOf(version)).map(({ pulp_href }) => pulp_href)).to.deep.equal([moved]);
      expect(await manifestsOf(version)).to.have.lengthOf(2);
    });

    it('of what is there already makes no version', async () => {
      const target = await pulp().createRepository(at('noop-target'));
      const unit = await hrefOf(await latest('source'), '1');
      await pulp().finish(await add(target, [unit]));

      const task = await pulp().finish(await add(target, [unit]));

      expect(task).to.deep.include({ state: 'completed', created_resources: [] });
    });

    it('of an index within an index brings the inner one without its children', async () => {
      const inner = createTwoArchitectures({ seed: `${pulp().prefix} inner` });
      const outer = createIndex([inner]);
      await push(pulp(), at('nested'), 'outer', outer);
      const target = await pulp().createRepository(at('nested-target'));

      const version = await versionOf(await add(target, [await hrefOf(await latest('nested'), 'outer')]));

      const digests = (await manifestsOf(version)).map(({ digest }) => digest);
      expect(digests).to.have.members([outer.manifest.digest, inner.manifest.digest]);
    });

    it('refuses units it does not have, all and junk', async () => {
      const target = await pulp().createRepository(at('refusing'));

      const [gone, all, unexpected] = [
        await add(target, [NO_TAG]),
        await add(target, ['*']),
        await pulp().post(`${target.pulp_href}add/`, { x: 1 }),
      ];

      expect([gone, all, unexpected].map(({ status, body }) => ({ status, body }))).to.deep.equal([
        { status: 400, body: [`Could not find the following content units: ['${NO_TAG}']`] },
        { status: 400, body: ['URI not valid: *'] },
        { status: 400, body: { x: ['Unexpected field'] } },
      ]);
    });

    it('is found by the version it made', async () => {
      const target = await pulp().createRepository(at('writer'));
      const accepted = await add(target, [await hrefOf(await latest('source'), '1')]);
      const task = await pulp().finish(accepted);

      const writer = await pulp().findTaskOf(`${target.pulp_href}versions/1/`);

      expect(writer).to.deep.equal(task);
    });
  });

  describe('copy_tags', () => {
    it('takes the named tags of a version, of either kind of repository', async () => {
      const target = await pulp().createRepository(at('copy-target'));
      const body = { source_repository_version: await latest('source'), names: ['1', 'multi', 'none'] };

      const task = await pulp().finish(await pulp().post(`${target.pulp_href}copy_tags/`, body));

      const reserved = task.reserved_resources_record.map((prn) => prn.replace(/:[0-9a-f-]{36}$/, ''));
      const model = world === 'a' ? 'containerpushrepository' : 'containerrepository';
      expect(await namesOf(task.created_resources[0] ?? '')).to.deep.equal(['1', 'multi']);
      expect(reserved).to.include.members(['prn:container.containerrepository', `shared:prn:container.${model}`]);
    });
  });

  describe('remove', () => {
    const filled = async (name: string) => {
      const target = await pulp().createRepository(at(name));
      const units = (await tagsOf(await latest('source'))).map(({ pulp_href }) => pulp_href);
      const version = await versionOf(await add(target, units));
      return { target, version };
    };

    it('takes a tag with what it stands for', async () => {
      const { target, version } = await filled('remove');

      const after = await versionOf(await remove(target, [await hrefOf(version, 'multi')]));

      expect(await namesOf(after)).to.deep.equal(['1', '2']);
      expect(await manifestsOf(after)).to.have.lengthOf(2);
    });

    it('leaves what another tag stands for', async () => {
      const { target, version } = await filled('remove-shared');
      await push(pulp(), at('shared'), 'other', image('one'));
      const both = await versionOf(await add(target, [await hrefOf(await latest('shared'), 'other')]));

      const after = await versionOf(await remove(target, [await hrefOf(version, '1')]));

      expect(await namesOf(both)).to.deep.equal(['1', '2', 'multi', 'other']);
      expect(await namesOf(after)).to.deep.equal(['2', 'multi', 'other']);
      expect((await manifestsOf(after)).length).to.equal((await manifestsOf(both)).length);
    });

    it('takes a manifest that no tag names', async () => {
      const target = await pulp().createRepository(at('superseded'));
      await push(pulp(), at('superseding'), '1', image('first'));
      await pulp().finish(await add(target, [await hrefOf(await latest('superseding'), '1')]));
      await push(pulp(), at('superseding'), '1', image('second'));
      const both = await versionOf(await add(target, [await hrefOf(await latest('superseding'), '1')]));
      const old = (await manifestsOf(both)).find(({ digest }) => digest === image('first').manifest.digest);

      const after = await versionOf(await remove(target, [old?.pulp_href ?? '']));

      expect((await manifestsOf(after)).map(({ digest }) => digest)).to.deep.equal([image('second').manifest.digest]);
    });

    it('of what is not there makes no version; of a star empties', async () => {
      const { target } = await filled('star');
      await push(pulp(), at('elsewhere'), 'elsewhere', image('elsewhere'));
      const foreign = await hrefOf(await latest('elsewhere'), 'elsewhere');

      const nothing = await pulp().finish(await remove(target, [foreign]));
      const all = await versionOf(await remove(target, ['*']));

      expect(nothing).to.deep.include({ state: 'completed', created_resources: [] });
      expect((await pulp().readVersion(all)).content_summary.present).to.deep.equal({});
    });

    it('refuses a star among others', async () => {
      const target = await pulp().createRepository(at('star-among'));

      const { status, body } = await remove(target, ['*', NO_TAG]);

      expect(status).to.equal(400);
      expect(body).to.have.property('non_field_errors');
    });
  });

  describe('tag and untag', () => {
    it('move a tag of a push repository back to an older manifest', async () => {
      await push(pulp(), at('rollback'), '1', image('older'));
      await push(pulp(), at('rollback'), '1', image('newer'));
      const repository = await pulp().findRepository(at('rollback'));
      const body = { tag: '1', digest: image('older').manifest.digest };

      const task = await pulp().finish(await pulp().post(`${repository?.pulp_href}tag/`, body));

      const version = `${repository?.pulp_href}versions/3/`;
      const [tag] = await tagsOf(version);
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
      expect(await manifestsOf(version)).to.have.lengthOf(5);
    });
  });

  it('in versions beyond the number kept is dropped; the one that is served does not count', async () => {
    for (const seed of ['k1', 'k2', 'k3']) await push(pulp(), at('kept'), '1', image(seed));
    const repository = await pulp().findRepository(at('kept'));
    const href = repository?.pulp_href ?? '';

    await pulp().finish(await pulp().send('PATCH', href, { body: { retain_repo_versions: 1 } }));
    await push(pulp(), at('kept'), '1', image('k4'));

    const [dropped, kept] = [await pulp().get(`${href}versions/2/`), await pulp().get(`${href}versions/3/`)];
    const filter = await pulp().get(`content/container/tags/?repository_version=${href}versions/2/`);
    expect([dropped.status, kept.status, filter.status]).to.deep.equal([404, 200, 400]);
  });

  it('in labels of repositories is set one by one for container repositories only', async () => {
    const repository = await pulp().findRepository(at('source'));

    const { status } = await pulp().post(`${repository?.pulp_href}set_label/`, { key: 'kpr', value: 'x' });

    expect(status).to.equal(world === 'a' ? 404 : 201);
  });

  it('with a comma in a label is refused up to pulpcore 3.105', async () => {
    const target = await pulp().createRepository(at('comma'));

    const { status } = await pulp().post(`${target.pulp_href}set_label/`, { key: 'kpr', value: 'a,b' });

    expect(status).to.equal(world === 'a' ? 400 : 201);
  });

  it('of two adds at once is all there, one version after the other', async () => {
    const target = await pulp().createRepository(at('two-adds'));
    const from = await latest('source');
    const [one, two] = [await hrefOf(from, '1'), await hrefOf(from, '2')];

    const accepted = await Promise.all([add(target, [one]), add(target, [two])]);
    const tasks = await Promise.all(accepted.map((reply) => pulp().finish(reply)));

    expect(tasks.map(({ state }) => state)).to.deep.equal(['completed', 'completed']);
    expect(await namesOf(`${target.pulp_href}versions/2/`)).to.deep.equal(['1', '2']);
  });

  it('tasks show in the order of their making', async () => {
    const target = await pulp().createRepository(at('ordered'));
    const from = await latest('source');
    for (const name of ['1', '2']) await pulp().finish(await add(target, [await hrefOf(from, name)]));
    const uuid = target.pulp_href.split('/').at(-2);

    const query = `reserved_resources=prn:container.containerrepository:${uuid}&ordering=pulp_created`;
    const tasks = await pulp().list(`tasks/?${query}`, Task);

    expect(tasks.flatMap(({ created_resources }) => created_resources)).to.deep.equal([
      `${target.pulp_href}versions/1/`,
      `${target.pulp_href}versions/2/`,
    ]);
  });
});
