/**
 * The reactor in a world of `world.ts`: what it reads, what it plans, and what comes of carrying that out. What a real
 * server refuses throws, so a plan that asks for it fails its test.
 */
import { type Claim, formatClaim, formatPins, LABELS, type Pins, readClaim, readPins } from '../../lib/domain/claim.ts';
import { type Action, type Plan, type Policy, planPath } from '../../lib/domain/plan.ts';
import type { Manifest, Pushed, Tag, Tags, Target } from '../../lib/domain/snapshot.ts';
import { tagHref, UUID } from './snapshots.ts';
import {
  addTargetVersion,
  childrenOf,
  isList,
  latestTarget,
  pushedTags,
  sameTags,
  saveInKatello,
  type TagTable,
  targetTags,
  type World,
} from './world.ts';

const REPOSITORY_ID = 42;

export interface Observed {
  readonly pushed: Pushed;
  readonly target: Target;
  readonly claim: Claim | null;
  readonly pins: Pins;
}

/** Reads the world as the reactor does: manifests only where the sides differ, and where they are needed. */
export function observe(world: World): Observed {
  const hasRepository = world.target.length > 0;
  const claim = hasRepository ? readClaim(world.labels, UUID, REPOSITORY_ID) : null;
  const isForeign = claim !== null && isWrittenByOthers(world, claim.targetVersion);
  const here = pushedTags(world);
  const there = targetTags(world);
  const inTarget = world.target.at(-1)?.manifests ?? new Set<string>();
  return {
    pushed: {
      uuid: UUID,
      version: world.pushed.length - 1,
      tags: toTags(world, here, there, world.uploaded),
      atClaim: claim && isForeign ? pushedAt(world, claim) : null,
      isProtected: world.isProtected,
      ownedRepositoryId: hasRepository ? REPOSITORY_ID : null,
    },
    target: {
      organizationId: 1,
      productId: world.hasProduct ? 7 : null,
      repositoryId: hasRepository ? REPOSITORY_ID : null,
      version: Math.max(0, world.target.length - 1),
      publishedVersion: world.publishedVersion,
      servedVersion: 'unread',
      tags: toTags(world, there, world.dropsSuperseded ? new Map() : here, inTarget),
      isForeign,
      atClaim: claim && isForeign ? targetAt(world, claim) : null,
      manifests: world.dropsSuperseded ? [...inTarget].map((name) => toManifest(world, name, inTarget)) : null,
      knownLists: new Set([...world.indexed].map(digestOf)),
    },
    claim,
    pins: readPins(world.labels),
  };
}

/** What the reactor would do. */
export function planFor(world: World, policy: Policy = 'full'): Plan {
  const { pushed, target, claim, pins } = observe(world);
  return planPath(pushed, target, claim, pins, policy);
}

/** Carries out the first `count` actions. @throws where a server would refuse one */
export function applyPlan(world: World, plan: Plan, count = plan.actions.length): World {
  return plan.actions.slice(0, count).reduce((one, action) => applyAction(one, action, plan), world);
}

/** One whole run. */
export function reconcile(world: World, policy: Policy = 'full'): World {
  return applyPlan(world, planFor(world, policy));
}

function applyAction(world: World, action: Action, plan: Plan): World {
  switch (action.kind) {
    case 'protect':
      return { ...world, isProtected: true };
    case 'create-product':
      demand(!world.hasProduct, 'the product is there');
      return { ...world, hasProduct: true };
    case 'create-repository':
      demand(world.hasProduct && world.target.length === 0, 'no product, or the repository is there');
      return { ...world, target: [{ tags: new Map(), manifests: new Set(), isOurs: false }], publishedVersion: 0 };
    case 'index-lists':
      return indexLists(world, namesOf(action.lists));
    case 'copy-tags':
      return action.tags.reduce((one, { name, digest }) => copyTag(one, name, nameOf(digest)), world);
    case 'remove-tags':
      return removeTags(
        world,
        action.tags.map(({ name }) => name),
      );
    case 'remove-manifests':
      return removeManifests(world, namesOf(action.manifests));
    case 'publish':
      return publish(world, action.tag, action.digest);
    case 'pin':
      return withLabel(world, LABELS.pins, formatPins(plan.pins));
    case 'claim':
      return claimLatest(world, action.pushVersion);
    default:
      return action satisfies never;
  }
}

/** Katello adds each list to its repository and indexes it: a version by somebody else that changes no tag. */
function indexLists(world: World, names: readonly string[]): World {
  for (const name of names) demandWhole(world, name);
  const { tags, manifests } = latestTarget(world);
  const added = names.flatMap((name) => [name, ...childrenOf(world, name)]);
  const version = { tags, manifests: new Set([...manifests, ...added]), isOurs: false };
  return saveInKatello(addTargetVersion({ ...world, indexed: new Set([...world.indexed, ...names]) }, version));
}

function copyTag(world: World, tag: string, name: string): World {
  demandWhole(world, name);
  const { tags, manifests } = latestTarget(world);
  const added = [name, ...childrenOf(world, name)];
  return addTargetVersion(world, {
    tags: new Map([...tags, [tag, name]]),
    manifests: new Set([...manifests, ...added]),
    isOurs: true,
  });
}

/** Pulp takes along the manifests of a tag that nothing else refers to. */
function removeTags(world: World, removed: readonly string[]): World {
  const { tags, manifests } = latestTarget(world);
  const kept = new Map([...tags].filter(([tag]) => !removed.includes(tag)));
  const tagged = new Set(kept.values());
  const named = new Set([...tags].filter(([tag]) => removed.includes(tag)).map(([, name]) => name));
  const lists = [...manifests].filter((name) => isList(world, name) && (tagged.has(name) || !named.has(name)));
  const listed = new Set(lists.flatMap((name) => childrenOf(world, name)));
  const freed = new Set([...named, ...[...named].flatMap((name) => childrenOf(world, name))]);
  const left = [...manifests].filter((name) => tagged.has(name) || listed.has(name) || !freed.has(name));
  return addTargetVersion(world, { tags: kept, manifests: new Set(left), isOurs: true });
}

/** Pulp would silently keep what is needed; here asking for that is a mistake. */
function removeManifests(world: World, removed: readonly string[]): World {
  const { tags, manifests } = latestTarget(world);
  const needed = new Set([...tags.values(), ...[...manifests].flatMap((name) => childrenOf(world, name))]);
  demand(!removed.some((name) => needed.has(name)), 'a manifest is needed');
  const left = [...manifests].filter((name) => !removed.includes(name));
  return addTargetVersion(world, { tags, manifests: new Set(left), isOurs: true });
}

/** A tag on a list that Katello does not know poisons its index. */
function publish(world: World, tag: string, digest: string | null): World {
  const tags = targetTags(world);
  const name = tags.get(tag);
  demand(name !== undefined && (digest === null || digestOf(name) === digest), 'no such tag');
  for (const one of tags.values()) demand(!isList(world, one) || world.indexed.has(one), 'a list is not indexed');
  return saveInKatello(world);
}

/** Labels are set at once; nobody checks them. */
function claimLatest(world: World, pushVersion: number): World {
  const targetVersion = world.target.length - 1;
  const claim = formatClaim({ uuid: UUID, repositoryId: REPOSITORY_ID, pushVersion, targetVersion });
  return withLabel(world, LABELS.claim, claim);
}

function isWrittenByOthers({ target, droppedTarget }: World, claimedVersion: number): boolean {
  return target.some(({ tags, isOurs }, version) => {
    const before = target[version - 1]?.tags ?? new Map();
    return version > claimedVersion && (droppedTarget.has(version) || (!isOurs && !sameTags(tags, before)));
  });
}

function pushedAt({ dropped, pushed }: World, { pushVersion }: Claim): Pushed['atClaim'] {
  return dropped.has(pushVersion) ? 'gone' : hrefsOf(pushed[pushVersion]);
}

function targetAt({ droppedTarget, target }: World, { targetVersion }: Claim): Target['atClaim'] {
  return droppedTarget.has(targetVersion) ? 'gone' : hrefsOf(target[targetVersion]?.tags);
}

function hrefsOf(tags: TagTable = new Map()): ReadonlyMap<string, string> {
  return new Map([...tags].map(([tag, name]) => [tag, tagHref(tag, { digest: digestOf(name) })]));
}

/** Without the manifests of tags that the other side has too. */
function toTags(world: World, tags: TagTable, other: TagTable, present: ReadonlySet<string>): Tags {
  const toTag = (tag: string, name: string): Tag => ({
    name: tag,
    href: tagHref(tag, { digest: digestOf(name) }),
    manifest: other.get(tag) === name ? null : toManifest(world, name, present),
  });
  return new Map([...tags].map(([tag, name]) => [tag, toTag(tag, name)]));
}

function toManifest(world: World, name: string, present: ReadonlySet<string>): Manifest {
  const children = childrenOf(world, name);
  return {
    href: `/manifests/${name}/`,
    digest: digestOf(name),
    kind: isList(world, name) ? 'list' : 'image',
    children: children.filter((child) => present.has(child)).map((child) => `/manifests/${child}/`),
    blobs: [],
    missing: children.filter((child) => !present.has(child)).map(digestOf),
    isNested: children.some((child) => isList(world, child)),
  };
}

function withLabel(world: World, name: string, value: string): World {
  return { ...world, labels: { ...world.labels, [name]: value } };
}

function digestOf(name: string): string {
  return `sha256:${name}`;
}

function nameOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

function namesOf(units: readonly { readonly digest: string }[]): string[] {
  return units.map(({ digest }) => nameOf(digest));
}

function demandWhole(world: World, name: string): void {
  const isFlat = !childrenOf(world, name).some((child) => isList(world, child));
  const isPresent = [name, ...childrenOf(world, name)].every((one) => world.uploaded.has(one));
  demand(isFlat && isPresent, `${name} is not whole`);
}

function demand(isMet: boolean, otherwise: string): void {
  if (!isMet) throw new Error(`refused: ${otherwise}`);
}
