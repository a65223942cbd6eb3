/** Pushes, sweeps, persons and crashes in any order: no push that Pulp accepted is lost. */
import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import { parsePushPath } from '../../lib/domain/path.ts';
import { RefusedError } from '../../lib/errors.ts';
import type { FrontDeps, RepositoryRow } from '../../lib/front/deps.ts';
import { checkPush } from '../../lib/front/target.ts';
import type { OrphanDeps } from '../../lib/reconcile/orphans/deps.ts';
import { createOrphans } from '../../lib/reconcile/orphans/orphans.ts';
import { createRandom, type Random } from '../support/faults/random.ts';
import { type Actor, createOrphanWorld, type OrphanWorld, PATH } from '../support/orphan-world.ts';

const RUNS = 500;
const seed = Number(process.env['KPR_TEST_SEED'] ?? randomInt(2 ** 31));

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;
const QUARANTINE_MS = 24 * HOUR_MS;
/** As the front has them: what a person's yes, a token and its grace last; then a slow decision, and old rows. */
const CACHE_MS = 30 * SECOND_MS;
const TOKEN_MS = 360 * SECOND_MS;
const DECISION_MS = 30 * SECOND_MS;
const DIRECTORY_MS = 15 * SECOND_MS;
const CLOSING_MS = CACHE_MS + TOKEN_MS + 60 * SECOND_MS;
/** From when Pulp takes a token until the manifest is in its version. */
const UPLOAD_MS = 10 * SECOND_MS;
/** Pushed with one token. */
const MANIFESTS = 4;

/** How often what happened, to show that the runs are about something. */
interface Tally {
  accepted: number;
  refused: number;
  deleted: number;
  kept: number;
  crashed: number;
}

describe(`${RUNS} orders of pushes, sweeps, persons and crashes (seed ${seed})`, function () {
  this.timeout(120_000); // some hundred turns each

  it('lose no push that was accepted, and all of them happen', async () => {
    const tally: Tally = { accepted: 0, refused: 0, deleted: 0, kept: 0, crashed: 0 };
    const lost: string[] = [];
    for (let run = 0; run < RUNS; run++) {
      const pushes = await play(createRandom(seed + run), tally);
      if (pushes.length > 0) lost.push(`seed ${seed + run}: pushes ${pushes.join(', ')}`);
    }

    expect(lost).to.deep.equal([]);
    for (const [what, count] of Object.entries(tally)) expect(count, what).to.be.at.least(RUNS / 50);
  });

  for (const [closingMs, lost] of [
    [CLOSING_MS, []],
    [0, [2]],
  ] as const) {
    const what =
      closingMs > 0 ? 'waits for the tokens: nothing is lost' : 'did not wait for the tokens: it would be lost';
    it(`has a push arrive while a deletion is on its way that ${what}`, async () => {
      expect(await pushDuringDelete(closingMs)).to.deep.equal(lost);
    });
  }
});

/** Somebody's token is from before the deletion in Katello; another person's push has the orphan deleted. */
async function pushDuringDelete(closingMs: number): Promise<readonly number[]> {
  const random = createRandom(seed);
  const world = createOrphanWorld();
  const actor = world.actor();
  const finish = async (going: Promise<unknown>): Promise<void> => {
    while (await world.letOneGo(random));
    await going;
  };
  world.push();
  await finish(world.publish(actor));
  world.destroy();

  const pulp = world.pulpOf(actor);
  const late: OrphanDeps['pulp'] = {
    ...pulp,
    deleteDistribution: (...given) => {
      world.push();
      return pulp.deleteDistribution(...given);
    },
  };
  const orphans = createOrphans(orphanDeps(world, actor, late, closingMs));
  const told = orphans.release(PATH, new AbortController().signal).then(
    () => 'free',
    (error: unknown) => (error instanceof RefusedError ? error.reason : error),
  );
  await finish(told);
  expect(await told).to.equal(closingMs > 0 ? 'closing' : 'free');
  if (closingMs > 0) world.push();
  return world.findLost();
}

/** One order of things, by chance; answers the pushes that were lost. */
async function play(random: Random, tally: Tally): Promise<readonly number[]> {
  const world = createOrphanWorld();
  const steps = new Map<string, number>();
  const signal = new AbortController().signal;

  const orphansOf = (actor: Actor) =>
    createOrphans({
      ...orphanDeps(world, actor, withSlowDelete(world.pulpOf(actor), actor), CLOSING_MS),
      queueStep: async (path, afterMs) =>
        void steps.set(path, Math.min(steps.get(path) ?? Infinity, world.now() + afterMs)),
      onDeleted: () => void (tally.deleted += 1),
    });
  const frontOf = (actor: Actor): FrontDeps =>
    frontDeps(world, actor, (path) => orphansOf(actor).release(path, signal));

  const wait = async (actor: Actor, turns: number): Promise<void> => {
    for (let waits = Math.floor(random.next() * turns); waits > 0; waits--) await actor.turn();
  };
  const push = async (actor: Actor): Promise<void> => {
    await wait(actor, 20);
    const askedAt = world.now();
    await checkPush(frontOf(actor), PLACE, signal);
    if (world.now() - askedAt > DECISION_MS) return;
    const expiresAt = world.now() + Math.floor(random.next() * CACHE_MS) + TOKEN_MS;
    for (let manifests = 0; manifests < MANIFESTS; manifests++) {
      await wait(actor, 8);
      const arrivedAt = world.now();
      if (arrivedAt > expiresAt) return;
      await actor.turn();
      if (world.now() - arrivedAt > UPLOAD_MS) continue;
      world.push();
      tally.accepted += 1;
    }
  };
  const step = async (actor: Actor): Promise<void> => {
    await actor.turn();
    if ((steps.get(PATH) ?? Infinity) > world.now()) return;
    steps.delete(PATH);
    const outcome = await orphansOf(actor).step(PATH, signal);
    if (outcome.kind === 'again') steps.set(PATH, world.now() + outcome.afterMs);
  };
  const keep = async (actor: Actor): Promise<void> => {
    await wait(actor, 100);
    const { items } = await orphansOf(actor).keep({ chosen: { all: true }, dryRun: false }, signal);
    tally.kept += items.length;
  };
  const deleteAll = async (actor: Actor): Promise<void> => {
    await wait(actor, 100);
    await orphansOf(actor).delete({ chosen: { all: true }, limit: 10, unproven: false, dryRun: false }, signal);
  };
  const destroy = async (actor: Actor): Promise<void> => {
    await wait(actor, 60);
    world.destroy();
  };

  const acts: [times: number, act: (actor: Actor) => Promise<unknown>][] = [
    [12, push],
    [12, push],
    [12, push],
    [40, (actor) => world.publish(actor)],
    [3, destroy],
    [24, (actor) => orphansOf(actor).sweep(signal)],
    [120, step],
    [random.happens(0.5) ? 12 : 0, keep],
    [random.happens(0.3) ? 12 : 0, deleteAll],
  ];
  const actors: Actor[] = [];
  const going = acts.map(async ([times, act]) => {
    for (let time = 0; time < times; time++) {
      const actor = world.actor();
      actors.push(actor);
      await act(actor).catch((error: unknown) => {
        if (error instanceof RefusedError) tally.refused += 1; // or it crashed, or somebody was quicker
      });
    }
  });

  while (await world.letOneGo(random)) {
    if (random.happens(0.05)) world.passMs(random.pick(WAITS_MS));
    if (random.happens(0.004)) {
      random.pick(actors).crash();
      tally.crashed += 1;
    }
  }
  await Promise.all(going);
  return world.findLost();
}

function orphanDeps(world: OrphanWorld, actor: Actor, pulp: OrphanDeps['pulp'], closingMs: number): OrphanDeps {
  return {
    pulp,
    katello: world.katelloOf(actor),
    settings: { prefix: 'kpr.push', policy: 'full', quarantineMs: QUARANTINE_MS, closingMs, limit: 10 },
    acquireLease: world.acquireLease(actor),
    findDeletedAt: async () => null,
    noteDeleted: async () => undefined,
    queueStep: async () => undefined,
    queueRun: async () => undefined,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    onFound: silent,
    onDeleted: silent,
    settleLimit: async () => undefined,
    now: world.now,
  };
}

/** A request that is long on its way: what is pushed meanwhile goes with the rest, if a token is alive. */
function withSlowDelete(pulp: OrphanDeps['pulp'], actor: Actor): OrphanDeps['pulp'] {
  return {
    ...pulp,
    async deleteDistribution(...given) {
      for (let turns = 0; turns < 10; turns++) await actor.turn();
      return pulp.deleteDistribution(...given);
    },
  };
}

const WAITS_MS = [1, 1, 1, 2, 5, 5, 20, 60, 200, 460, 12 * 3600, 25 * 3600].map((seconds) => seconds * SECOND_MS);
const PLACE = {
  path: parsePushPath(PATH),
  organization: { id: 1, name: 'acme', label: 'acme' },
  product: { id: 1, name: 'web', label: 'web' },
};

/** As much of the front as `checkPush` asks for; its rows are as old as they may be. */
function frontDeps(world: OrphanWorld, actor: Actor, releaseOrphan: FrontDeps['releaseOrphan']): FrontDeps {
  const pulp = world.pulpOf(actor);
  const katello = world.katelloOf(actor);
  let rows: { readonly at: number; readonly value: readonly RepositoryRow[] } | null = null;
  const never = () => {
    throw new Error('not asked for');
  };
  return {
    settings: { ...SETTINGS, prefix: 'kpr.push' },
    releaseOrphan,
    findRepository: (id, signal) => katello.findRepository(id, signal),
    pulp: {
      findDistribution: (path, signal) => pulp.findDistribution(path, signal),
      readRepositories: (hrefs, signal) => pulp.readRepositories(hrefs, signal),
      listDistributionsByLabel: async function* () {},
    },
    directory: {
      readVersion: async () => '5.0.1',
      listOrganizations: never,
      listProducts: never,
      async listRepositories() {
        if (!rows || world.now() - rows.at > DIRECTORY_MS)
          rows = { at: world.now(), value: await katello.listAllRepositories() };
        return rows.value;
      },
      forget: () => undefined,
    },
    users: {
      readProductRights: never,
      readPermissions: never,
      isAuthentic: never,
      mayHaveCounted: never,
    },
    throttle: { run: never },
    createPushProduct: never,
    readKey: never,
    onGranted: silent,
    onAnswered: silent,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    now: world.now,
    delay: never,
  };
}

const SETTINGS = {
  realm: 'https://push.example.com/token',
  host: 'push.example.com',
  registryHosts: ['push.example.com'],
  pushProduct: 'Container Push',
  katelloHost: 'katello.example.com',
  organizationsAllow: [],
  organizationsDeny: [],
  tokenSeconds: 300,
  cacheMs: CACHE_MS,
  subject: null,
};

function silent(): void {
  // nobody reads it
}
