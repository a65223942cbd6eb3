import { expect } from 'chai';
import { Manifest, type Repository, TagName } from '../../lib/pulp/schema.ts';
import { createImage, createIndex, createTwoArchitectures } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import type { Reply } from '../support/pulp/client.ts';
import { describePulps } from '../support/pulp/targets.ts';

const NO_TAG = '/pulp/api/v3/content/container/tags/00000000-0000-0000-0000-000000000000/';

describePulps('Pulp content', (pulp, world) => {
  const at = (name: string) => pulp().at(name);
  const image = (seed: string) => createImage({ seed: `${pulp().prefix} ${seed}` });
  const namesOf = async (version: string, filter?: string) =>
    (await pulp().tagsOf(version, filter)).map(({ name }) => name);
  const hrefOf = async (version: string, name: string) =>
    (await pulp().tagsOf(version)).find((tag) => tag.name === name)?.pulp_href ?? '';
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
    return pulp().findLatest(name);
  };

  before(async function () {
    this.timeout(60_000);
    await source('source');
  });

  describe('of a version', () => {
    it('is what is present, what it added and what it removed', async () => {
      await push(pulp(), at('changes'), '1', image('a'));
      await push(pulp(), at('changes'), '1', image('b'));
      const version = await pulp().findLatest('changes');

      const [present, added, removed] = [
        await pulp().tagsOf(version),
        await pulp().tagsOf(version, 'repository_version_added'),
        await pulp().tagsOf(version, 'repository_version_removed'),
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
      const version = await pulp().findLatest('source');
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
      const version = (await pulp().findLatest('source')).replace(/\d+\/$/, '99/');

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
      const from = await pulp().findLatest('source');
      const units = (await pulp().tagsOf(from)).map(({ pulp_href }) => pulp_href);

      const task = await pulp().finish(await add(target, units));

      const version = `${target.pulp_href}versions/1/`;
      expect(task).to.deep.include({
        name: 'pulp_container.app.tasks.recursive_add.recursive_add_content',
        created_resources: [version],
      });
      expect(await pulp().tagsOf(version)).to.deep.equal(await pulp().tagsOf(from));
      expect((await pulp().manifestsOf(version)).length).to.equal(5);
    });

    it('replaces a tag of the same name', async () => {
      const target = await pulp().createRepository(at('replace-target'));
      await push(pulp(), at('replace'), '1', image('old'));
      await pulp().finish(await add(target, [await hrefOf(await pulp().findLatest('replace'), '1')]));
      await push(pulp(), at('replace'), '1', image('new'));
      const moved = await hrefOf(await pulp().findLatest('replace'), '1');

      const version = await versionOf(await add(target, [moved]));

      expect((await pulp().tagsOf(version)).map(({ pulp_href }) => pulp_href)).to.deep.equal([moved]);
      expect(await pulp().manifestsOf(version)).to.have.lengthOf(2);
    });

    it('of what is there already makes no version', async () => {
      const target = await pulp().createRepository(at('noop-target'));
      const unit = await hrefOf(await pulp().findLatest('source'), '1');
      await pulp().finish(await add(target, [unit]));

      const task = await pulp().finish(await add(target, [unit]));

      expect(task).to.deep.include({ state: 'completed', created_resources: [] });
    });

    it('of an index within an index brings the inner one without its children', async () => {
      const inner = createTwoArchitectures({ seed: `${pulp().prefix} inner` });
      const outer = createIndex([inner]);
      await push(pulp(), at('nested'), 'outer', outer);
      const target = await pulp().createRepository(at('nested-target'));

      const version = await versionOf(await add(target, [await hrefOf(await pulp().findLatest('nested'), 'outer')]));

      const digests = (await pulp().manifestsOf(version)).map(({ digest }) => digest);
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
      const accepted = await add(target, [await hrefOf(await pulp().findLatest('source'), '1')]);
      const task = await pulp().finish(accepted);

      const writer = await pulp().findTaskOf(`${target.pulp_href}versions/1/`);

      expect(writer).to.deep.equal(task);
    });
  });

  describe('copy_tags', () => {
    it('takes the named tags of a version, of either kind of repository', async () => {
      const target = await pulp().createRepository(at('copy-target'));
      const body = { source_repository_version: await pulp().findLatest('source'), names: ['1', 'multi', 'none'] };

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
      const units = (await pulp().tagsOf(await pulp().findLatest('source'))).map(({ pulp_href }) => pulp_href);
      const version = await versionOf(await add(target, units));
      return { target, version };
    };

    it('takes a tag with what it stands for', async () => {
      const { target, version } = await filled('remove');

      const after = await versionOf(await remove(target, [await hrefOf(version, 'multi')]));

      expect(await namesOf(after)).to.deep.equal(['1', '2']);
      expect(await pulp().manifestsOf(after)).to.have.lengthOf(2);
    });

    it('leaves what another tag stands for', async () => {
      const { target, version } = await filled('remove-shared');
      await push(pulp(), at('shared'), 'other', image('one'));
      const both = await versionOf(await add(target, [await hrefOf(await pulp().findLatest('shared'), 'other')]));

      const after = await versionOf(await remove(target, [await hrefOf(version, '1')]));

      expect(await namesOf(both)).to.deep.equal(['1', '2', 'multi', 'other']);
      expect(await namesOf(after)).to.deep.equal(['2', 'multi', 'other']);
      expect((await pulp().manifestsOf(after)).length).to.equal((await pulp().manifestsOf(both)).length);
    });

    it('takes a manifest that no tag names', async () => {
      const target = await pulp().createRepository(at('superseded'));
      await push(pulp(), at('superseding'), '1', image('first'));
      await pulp().finish(await add(target, [await hrefOf(await pulp().findLatest('superseding'), '1')]));
      await push(pulp(), at('superseding'), '1', image('second'));
      const both = await versionOf(await add(target, [await hrefOf(await pulp().findLatest('superseding'), '1')]));
      const old = (await pulp().manifestsOf(both)).find(({ digest }) => digest === image('first').manifest.digest);

      const after = await versionOf(await remove(target, [old?.pulp_href ?? '']));

      expect((await pulp().manifestsOf(after)).map(({ digest }) => digest)).to.deep.equal([
        image('second').manifest.digest,
      ]);
    });

    it('of what is not there makes no version; of a star empties', async () => {
      const { target } = await filled('star');
      await push(pulp(), at('elsewhere'), 'elsewhere', image('elsewhere'));
      const foreign = await hrefOf(await pulp().findLatest('elsewhere'), 'elsewhere');

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
});
