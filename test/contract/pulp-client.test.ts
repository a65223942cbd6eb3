import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { HttpStatusError } from '../../lib/errors.ts';
import { createHttpClient } from '../../lib/http/client.ts';
import { createPulp } from '../../lib/pulp/endpoints.ts';
import { readRepositoryRef, readUuid, readVersionRef } from '../../lib/pulp/href.ts';
import type { Pulp } from '../../lib/pulp/pulp.ts';
import type { Repository } from '../../lib/pulp/schema.ts';
import { createImage, createIndex, createTwoArchitectures } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { describePulps } from '../support/pulp/targets.ts';

const PUSH_TASKS = [
  'pulp_container.app.tasks.download_image_data.aadd_and_remove',
  'pulpcore.app.tasks.repository.add_and_remove',
];

describePulps('createPulp', (server, world) => {
  const image = createImage({ seed: 'client' });
  const two = createTwoArchitectures({ seed: 'client, twice' });
  const [kept, missing] = [createImage({ seed: 'kept' }), createImage({ seed: 'missing' })];
  const incomplete = createIndex([kept, missing]);
  const own = () => ({ correlationId: randomUUID() });
  let path: string;
  let pulp: Pulp;
  let pushed: Repository;
  let target: Repository;

  before(async function () {
    this.timeout(60_000);
    const { url, login, password, prefix } = server();
    pulp = createPulp(
      createHttpClient({
        system: 'pulp',
        baseUrl: url,
        credentials: () => ({ kind: 'basic', login, password }),
        userAgent: 'kpr/test',
      }),
    );
    path = `${prefix}/client`;
    await push(server(), path, 'one', image);
    await push(server(), path, 'two', two);
    await push(server(), path, 'incomplete', incomplete, { leaveOut: [missing.manifest.digest] });
    pushed = await onlyOne(pulp.listRepositories(path));
    target = await server().createRepository(`${prefix}-target`);
  });

  const tagHrefs = async (...names: string[]) =>
    (await pulp.listTagNames(pushed.latest_version_href))
      .filter(({ name }) => names.includes(name))
      .map(({ pulp_href }) => pulp_href);

  it('tells the versions of Pulp', async () => {
    const { versions } = await pulp.readStatus();

    expect(versions.map(({ component }) => component)).to.include.members(['core', 'container']);
  });

  describe('repositories', () => {
    it('have the type of their world', () => {
      expect(readRepositoryRef(pushed.pulp_href).type).to.equal(world === 'a' ? 'container-push' : 'container');
    });

    it('are listed by the beginning of their name, whatever their type', async () => {
      const names = (await collect(pulp.listRepositories(server().prefix))).map(({ name }) => name);

      expect(names).to.have.members([path, `${server().prefix}-target`]);
    });

    it('are listed by last change', async () => {
      const times: string[] = [];
      for await (const { pulp_last_updated = '' } of pulp.listRecentRepositories()) {
        if (times.push(pulp_last_updated) === 100) break;
      }

      expect(times).to.deep.equal(times.toSorted().toReversed());
    });

    it('are read by href, both types in one call, without those that are gone', async () => {
      const gone = target.pulp_href.replace(readUuid(target.pulp_href), randomUUID());

      const found = await pulp.readRepositories([pushed.pulp_href, gone, target.pulp_href]);

      expect(found.map(({ name }) => name)).to.have.members([path, target.name]);
    });

    it('have versions with what they added', async () => {
      const version = await pulp.readVersion(pushed.latest_version_href);

      expect(version.number).to.equal(readVersionRef(pushed.latest_version_href).number);
      expect(version.content_summary.added['container.tag']).to.deep.equal({ count: 1 });
      expect(version.content_summary.present['container.tag']).to.deep.equal({ count: 3 });
    });
  });

  describe('distributions', () => {
    it('are found by their exact base path', async () => {
      const found = await pulp.findDistribution(path);

      expect(found).to.include({ name: path, repository: pushed.pulp_href, repository_version: null });
      expect(await pulp.findDistribution(`${path}/x`)).to.equal(null);
      expect(await pulp.findDistribution(server().prefix)).to.equal(null);
    });

    it('are listed by the beginning of their name, and by repository', async () => {
      const listed = await collect(pulp.listDistributions(server().prefix));
      const serving = await pulp.findDistributionsOf(pushed.pulp_href);

      expect([...listed, ...serving].map(({ base_path }) => base_path)).to.deep.equal([path, path]);
      expect(await pulp.findDistributionsOf(target.pulp_href)).to.deep.equal([]);
    });

    it('are labelled, found by label, and lose the label as often as asked', async () => {
      const distribution = await pulp.findDistribution(path);
      const href = distribution?.pulp_href ?? '';
      const value = `1:${randomUUID()} 3=4`;

      await pulp.setLabel(href, 'kpr_test', value, own());
      const labelled = await collect(pulp.listDistributionsByLabel('kpr_test', value));
      const labels = (await pulp.findDistribution(path))?.pulp_labels;
      await pulp.removeLabel(href, 'kpr_test', own());
      await pulp.removeLabel(href, 'kpr_test', own());

      expect(labelled.map(({ pulp_href }) => pulp_href)).to.deep.equal([href]);
      expect(labels).to.include({ kpr_test: value });
      expect((await pulp.findDistribution(path))?.pulp_labels).to.not.have.property('kpr_test');
    });
  });

  describe('content', () => {
    it('is listed as tags, with their manifests where asked', async () => {
      const names = await pulp.listTagNames(pushed.latest_version_href);
      const tags = await pulp.listTags(pushed.latest_version_href);

      expect(names.map(({ name }) => name)).to.have.members(['one', 'two', 'incomplete']);
      expect(tags.map(({ pulp_href }) => pulp_href)).to.have.members(names.map(({ pulp_href }) => pulp_href));
      expect(await pulp.readTags(tags.map(({ pulp_href }) => pulp_href))).to.have.deep.members(tags);
    });

    it('is listed as manifests, an index with the children that Pulp has', async () => {
      const manifests = await pulp.listManifests(pushed.latest_version_href);
      const byDigest = new Map(manifests.map((manifest) => [manifest.digest, manifest]));

      const childrenOf = (digest: string) =>
        byDigest
          .get(digest)
          ?.listed_manifests.map((href) => manifests.find(({ pulp_href }) => pulp_href === href)?.digest);

      expect(childrenOf(image.manifest.digest)).to.deep.equal([]);
      expect(childrenOf(two.manifest.digest)).to.have.members(two.children.map(({ manifest }) => manifest.digest));
      expect(childrenOf(incomplete.manifest.digest)).to.deep.equal([kept.manifest.digest]);
    });

    it('is read with the blobs of each image, and what their bytes are', async () => {
      const listed = await pulp.listManifests(pushed.latest_version_href);
      const manifests = await pulp.readManifests(listed.map(({ pulp_href }) => pulp_href));
      const partsOf = (digest: string): string[] =>
        manifests
          .filter((manifest) => manifest.digest === digest)
          .flatMap(({ config_blob, blobs }) => [config_blob, ...blobs].flatMap((href) => href ?? []));

      const blobs = await pulp.readBlobs(partsOf(image.manifest.digest));
      const artifacts = await pulp.readArtifacts(blobs.flatMap(({ artifact }) => artifact ?? []));

      const digests = image.blobs.map(({ digest }) => digest);
      expect(manifests.map(({ digest }) => digest)).to.have.members(listed.map(({ digest }) => digest));
      expect(partsOf(two.manifest.digest)).to.deep.equal([]);
      expect(blobs.map(({ digest }) => digest)).to.have.members(digests);
      expect(artifacts.map(({ sha256 }) => `sha256:${sha256}`)).to.have.members(digests);
    });

    it('of an index is read whole from the registry, missing children too', async () => {
      const entries = await pulp.readIndexEntries(path, incomplete.manifest.digest);

      expect(entries).to.deep.equal(
        [kept, missing].map(({ manifest: { digest, mediaType } }) => ({ digest, mediaType })),
      );
    });

    it('of a version that never was is refused', async () => {
      const gone = `${pushed.pulp_href}versions/99/`;

      expect(await statusOf(pulp.listTagNames(gone))).to.equal(400);
      expect(await statusOf(pulp.listManifests(gone))).to.equal(400);
      expect(await statusOf(pulp.readVersion(gone))).to.equal(404);
      expect(await pulp.findWriters(gone)).to.deep.equal([]);
    });
  });

  describe('copying', () => {
    const latestTags = async () => {
      const [now] = await pulp.readRepositories([target.pulp_href]);
      return (await pulp.listTagNames(now?.latest_version_href ?? '')).map(({ name }) => name);
    };

    it('adds units with all they refer to, under our correlation id', async () => {
      const options = own();

      const href = await pulp.addContent(target.pulp_href, await tagHrefs('one', 'two'), options);
      const task = await pulp.waitForTask(href);

      const version = task.created_resources[0] ?? '';
      expect(task).to.include({ state: 'completed', logging_cid: options.correlationId });
      expect(await pulp.findWriters(version)).to.deep.equal([options.correlationId]);
      expect((await pulp.listManifests(version)).map(({ digest }) => digest)).to.have.members(
        [image, two, ...two.children].map(({ manifest }) => manifest.digest),
      );
    });

    it('makes no version when there is nothing to add or remove', async () => {
      const added = await pulp.addContent(target.pulp_href, await tagHrefs('one'), own());
      const removed = await pulp.removeContent(target.pulp_href, await tagHrefs('incomplete'), own());

      const tasks = [await pulp.waitForTask(added), await pulp.waitForTask(removed)];

      expect(tasks.flatMap(({ created_resources }) => created_resources)).to.deep.equal([]);
    });

    it('removes units', async () => {
      const href = await pulp.removeContent(target.pulp_href, await tagHrefs('two'), own());
      await pulp.waitForTask(href);

      expect(await latestTags()).to.deep.equal(['one']);
    });

    it('is refused for units that are gone', async () => {
      const [one = ''] = await tagHrefs('one');
      const gone = one.replace(readUuid(one), randomUUID());

      expect(await statusOf(pulp.addContent(target.pulp_href, [gone], own()))).to.equal(400);
    });
  });

  describe('tagging', () => {
    it('takes a tag of a push repository back to an image that it holds', async () => {
      const { prefix } = server();
      const [older, newer] = [createImage({ seed: 'tagged before' }), createImage({ seed: 'tagged after' })];
      await push(server(), `${prefix}/tagged`, '1', older);
      await push(server(), `${prefix}/tagged`, '1', newer);
      const repository = await onlyOne(pulp.listRepositories(`${prefix}/tagged`));
      const options = own();

      const href = await pulp.tagImage(repository.pulp_href, '1', older.manifest.digest, options);
      const task = await pulp.waitForTask(href);

      const version = `${repository.pulp_href}versions/3/`;
      const [tag] = await pulp.listTags(version);
      const named = (await pulp.listManifests(version)).find(({ pulp_href }) => pulp_href === tag?.tagged_manifest);
      expect(task).to.deep.include({ logging_cid: options.correlationId, created_resources: [version] });
      expect(named?.digest).to.equal(older.manifest.digest);
    });

    it('is refused for an image that the repository does not hold', async () => {
      const tagged = pulp.tagImage(pushed.pulp_href, '1', createImage({ seed: 'elsewhere' }).manifest.digest, own());

      expect(await statusOf(tagged)).to.equal(400);
    });
  });

  describe('tasks', () => {
    it('of pushes are listed in the order they were made', async () => {
      const found = await collect(pulp.listTasks({ createdFrom: '2020-01-01T00:00:00+00:00', names: PUSH_TASKS }));

      const times = found.map(({ pulp_created }) => pulp_created);
      const ours = found.filter(({ created_resources }) =>
        created_resources.some((href) => href?.startsWith(pushed.pulp_href)),
      );
      expect(times).to.deep.equal(times.toSorted());
      expect(ours.map(({ created_resources }) => created_resources)).to.deep.equal(
        [1, 2, 3].map((number) => [`${pushed.pulp_href}versions/${number}/`]),
      );
    });

    it('are listed from the given moment on, that one included', async () => {
      const [, second] = await collect(pulp.listTasks({ createdFrom: '2020-01-01T00:00:00Z', names: PUSH_TASKS }));

      const later = await collect(pulp.listTasks({ createdFrom: second?.pulp_created ?? '', names: PUSH_TASKS }));

      expect(later[0]?.pulp_href).to.equal(second?.pulp_href);
    });

    it('are read by uuid, without those that are gone', async () => {
      const [first] = await collect(pulp.listTasks({ createdFrom: '2020-01-01T00:00:00Z', names: PUSH_TASKS }));
      const href = first?.pulp_href ?? '';

      const found = await pulp.readTasks([randomUUID(), readUuid(href)]);

      expect(found.map(({ pulp_href }) => pulp_href)).to.deep.equal([href]);
    });
  });

  it('deletes a push repository through its distribution, once', async () => {
    const doomed = `${path}-doomed`;
    await push(server(), doomed, '1', image);
    const distribution = await pulp.findDistribution(doomed);
    const href = distribution?.pulp_href ?? '';

    const task = await pulp.deleteDistribution(href, own());
    await pulp.waitForTask(task ?? '');

    expect(await pulp.readRepositories([distribution?.repository ?? ''])).to.deep.equal([]);
    expect(await pulp.findDistribution(doomed)).to.equal(null);
    expect(await pulp.deleteDistribution(href, own())).to.equal(null);
    expect(await pulp.findDistribution(path)).to.not.equal(null);
  });
});

async function collect<T>(rows: AsyncGenerator<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

async function onlyOne<T>(rows: AsyncGenerator<T>): Promise<T> {
  const [first, second] = await collect(rows);
  if (first === undefined || second !== undefined) throw new Error('expected one row');
  return first;
}

/** Status with which a call fails; null when it does not. */
async function statusOf(call: Promise<unknown>): Promise<number | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof HttpStatusError) return error.failure.status;
    throw error;
  }
}
