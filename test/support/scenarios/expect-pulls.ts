/** The end of nearly every scenario: all that people, Katello, Pulp and the reactor know of a path says the same. */
import { expect } from 'chai';
import { z } from 'zod';
import { readClaim, readPins } from '../../../lib/domain/claim.ts';
import { readVersionRef } from '../../../lib/pulp/href.ts';
import { Tag } from '../../../lib/pulp/schema.ts';
import { digestOf, type Image, type Pushable } from '../image/image.ts';
import { findDigest } from '../image/push.ts';
import type { KatelloRepository, Scene } from './scene.ts';

export interface Expected {
  /** pushed value by tag that is pinned: an image, or null where nothing is pushed [none] */
  readonly pins?: Readonly<Record<string, Pushable | null>>;
  /** how many of the tags are really pulled, the first ones [20] */
  readonly pulls?: number;
}

/** Image by tag: exactly these. */
export type Tagged = Readonly<Record<string, Pushable>>;

/**
 * Passes if exactly these tags are there: listed by Katello, in the version that its distribution serves, and in the
 * manifests and blobs that a pull gets, byte for byte; if claim and pins say so; and if another run writes nothing.
 */
export async function expectPulls(scene: Scene, tags: Tagged, { pins = {}, pulls = 20 }: Expected = {}): Promise<void> {
  const repository = await scene.repository();
  const wanted = Object.fromEntries(Object.entries(tags).map(([tag, { manifest }]) => [tag, manifest.digest]));

  expect(await listTags(scene, repository.id), 'listed by Katello').to.deep.equal(wanted);
  expect(await servedTags(scene, repository), 'served').to.have.members(Object.keys(wanted));
  for (const [tag, what] of Object.entries(tags).slice(0, pulls)) await expectPull(scene, repository, tag, what);
  await expectClaim(scene, repository, pins);
  await expectRest(scene);
}

const TagPage = z.object({
  results: z.array(z.object({ name: z.string(), manifest: z.object({ digest: z.string() }) })),
});

/** Digest by tag, as Katello lists them. */
export async function listTags(scene: Scene, repositoryId: number): Promise<Record<string, string>> {
  const { results } = await scene.ask(`GET docker_tags?repository_id=${repositoryId}&full_result=true`, TagPage);
  return Object.fromEntries(results.map(({ name, manifest }) => [name, manifest.digest]));
}

/** Passes if the next run finds nothing to do and writes nothing, neither to Pulp nor to Katello. */
export async function expectRest({ lab, path }: Scene): Promise<void> {
  lab.calls.pulp.length = 0;
  lab.calls.katello.length = 0;

  expect(await lab.reconcile(path), 'another run').to.deep.equal({ kind: 'done', result: 'unchanged' });
  const writes = [...lab.calls.pulp, ...lab.calls.katello].filter(({ method }) => method !== 'GET');
  expect(writes, 'writes of another run').to.deep.equal([]);
}

/** Names of the tags in the version that Katello's distribution serves: the latest of its repository in Pulp. */
async function servedTags({ pulp }: Scene, repository: KatelloRepository): Promise<string[]> {
  const distribution = await pulp.findDistribution(repository.container_repository_name);
  expect(distribution?.repository, 'repository of the distribution').to.equal(null);
  expect(distribution?.repository_version, 'version of the distribution').to.equal(repository.version_href);
  const rows = await pulp.list(`content/container/tags/?repository_version=${repository.version_href}&limit=1000`, Tag);
  return rows.map(({ name }) => name);
}

async function expectPull(
  { lab }: Scene,
  { container_repository_name: name }: KatelloRepository,
  tag: string,
  what: Pushable,
) {
  expect(await findDigest(lab.server, name, tag), `pull of ${tag}`).to.equal(what.manifest.digest);
  for (const image of imagesOf(what)) {
    if (image !== what)
      expect(await findDigest(lab.server, name, image.manifest.digest)).to.equal(image.manifest.digest);
    for (const { digest } of image.blobs) {
      const answer = await fetch(`${lab.server.url}/v2/${name}/blobs/${digest}`);
      expect(digestOf(Buffer.from(await answer.arrayBuffer())), `blob of ${tag}`).to.equal(digest);
    }
  }
}

function imagesOf(what: Pushable): Image[] {
  return what.kind === 'image' ? [what] : what.children.flatMap(imagesOf);
}

async function expectClaim(
  { pulp, pushName }: Scene,
  repository: KatelloRepository,
  pins: NonNullable<Expected['pins']>,
) {
  const push = await pulp.findRepository(pushName);
  const labels = (await pulp.findDistribution(pushName))?.pulp_labels ?? {};
  const uuid = push?.pulp_href.split('/').at(-2) ?? '';

  expect(readClaim(labels, uuid, repository.id), 'claim').to.deep.equal({
    uuid,
    repositoryId: repository.id,
    pushVersion: readVersionRef(push?.latest_version_href ?? '').number,
    targetVersion: readVersionRef(repository.version_href).number,
  });
  const wanted = Object.entries(pins).map(([tag, what]) => [tag, what?.manifest.digest ?? '-']);
  expect(Object.fromEntries(readPins(labels)), 'pins').to.deep.equal(Object.fromEntries(wanted));
}
