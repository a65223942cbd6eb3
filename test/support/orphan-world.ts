/**
 * A Pulp, a Katello and their clock as plain values, for one push path, whose every call is a turn: whoever calls waits
 * until it is let go on. So any order of calls can be had, and had again.
 */
import { formatClaim, isProtected, LABELS } from '../../lib/domain/claim.ts';
import { HttpStatusError } from '../../lib/errors.ts';
import type { DestroyTask, Repository as KatelloRepository } from '../../lib/katello/schema.ts';
import type { Distribution, Repository, Task } from '../../lib/pulp/schema.ts';
import type { OrphanDeps } from '../../lib/reconcile/orphans/deps.ts';
import type { Random } from './faults/random.ts';

export const PATH = 'acme/web/api';
const NAME = `kpr.push/${PATH}`;
const REPOSITORIES = '/pulp/api/v3/repositories/container/container/';
const DISTRIBUTIONS = '/pulp/api/v3/distributions/container/container/';

/** A push repository with its distribution, and which pushes are in it. */
interface Pushed {
  readonly distribution: Distribution;
  readonly uuid: string;
  version: number;
  readonly pushes: Set<number>;
}

/** Somebody who calls; what it calls after its crash never happens. */
export interface Actor {
  readonly crash: () => void;
  readonly isCrashed: () => boolean;
  /** Waits for its turn. @throws Error once it has crashed */
  readonly turn: () => Promise<void>;
}

export interface OrphanWorld {
  readonly now: () => number;
  passMs(ms: number): void;
  actor(): Actor;
  /** Lets one of those who wait go on; false when nobody waits. */
  letOneGo(random: Random): Promise<boolean>;
  /** The world as one actor sees it. */
  pulpOf(actor: Actor): OrphanDeps['pulp'];
  katelloOf(actor: Actor): OrphanDeps['katello'];
  acquireLease(actor: Actor): OrphanDeps['acquireLease'];
  /** A manifest arrives with a token that Pulp takes; answers the number of the push. */
  push(): number;
  /** Publishes what is pushed, as a reconcile does, with turns in between. */
  publish(actor: Actor): Promise<void>;
  /** Somebody deletes the repository in Katello. */
  destroy(): void;
  /** Pushes that were accepted, that nobody deleted in Katello, and that are not there any more. */
  findLost(): number[];
  isPushed(): boolean;
}

export function createOrphanWorld(): OrphanWorld {
  let clockMs = Date.parse('2026-01-01T00:00:00Z');
  let ids = 0;
  let pushes = 0;
  let pushed: Pushed | null = null;
  /** pushes in the Katello repository, by its id */
  const katello = new Map<number, Set<number>>();
  const destroyed: number[] = [];
  /** pushes that somebody saw in Katello and deleted there */
  const deleted = new Set<number>();
  const waiting: (() => void)[] = [];
  const leases = new Map<string, Actor>();

  const uuid = (): string => `0198c0de-0000-7000-8000-${String((ids += 1)).padStart(12, '0')}`;
  const repositoryOf = ({ uuid: id, version }: Pushed): Repository => ({
    pulp_href: `${REPOSITORIES}${id}/`,
    name: NAME,
    latest_version_href: `${REPOSITORIES}${id}/versions/${version}/`,
  });
  const found = (row: Distribution | undefined): Distribution | null =>
    row ? { ...row, pulp_labels: { ...row.pulp_labels } } : null;
  async function* all(turn: () => Promise<void>): AsyncGenerator<Distribution> {
    await turn();
    const row = found(pushed?.distribution);
    if (row) yield row;
  }
  const labelsAt = (href: string): Record<string, string | null> => {
    if (pushed?.distribution.pulp_href !== href) throw gone(href);
    return pushed.distribution.pulp_labels;
  };

  const world: OrphanWorld = {
    now: () => clockMs,
    passMs: (ms) => {
      clockMs += ms;
    },
    actor() {
      let isCrashed = false;
      const actor: Actor = {
        crash() {
          isCrashed = true;
          for (const [name, holder] of leases) if (holder === actor) leases.delete(name);
        },
        isCrashed: () => isCrashed,
        async turn() {
          await new Promise<void>((resolve) => void waiting.push(resolve));
          if (isCrashed) throw new Error('crashed');
        },
      };
      return actor;
    },
    async letOneGo(random) {
      await new Promise(setImmediate);
      if (waiting.length === 0) return false;
      const [chosen] = waiting.splice(Math.floor(random.next() * waiting.length), 1);
      chosen?.();
      await new Promise(setImmediate);
      return true;
    },
    pulpOf: ({ turn }) => ({
      async findDistribution() {
        await turn();
        return found(pushed?.distribution);
      },
      listDistributions: () => all(turn),
      async findDistributionsOf(href) {
        await turn();
        const row = found(pushed?.distribution);
        return row?.repository === href ? [row] : [];
      },
      async readRepositories(hrefs) {
        await turn();
        const row = pushed && repositoryOf(pushed);
        return row && hrefs.includes(row.pulp_href) ? [row] : [];
      },
      async setLabel(href, key, value) {
        await turn();
        labelsAt(href)[key] = value;
      },
      async removeLabel(href, key) {
        await turn();
        delete labelsAt(href)[key];
      },
      async deleteDistribution(href) {
        await turn();
        if (pushed?.distribution.pulp_href !== href) return null;
        pushed = null;
        return '/pulp/api/v3/tasks/0/';
      },
      async waitForTask(): Promise<Task> {
        await turn();
        return {
          pulp_href: '/pulp/api/v3/tasks/0/',
          name: 'pulpcore.app.tasks.base.general_multi_delete',
          state: 'completed',
          pulp_created: '',
          created_resources: [],
          reserved_resources_record: [],
        };
      },
    }),
    katelloOf: ({ turn }) => ({
      async listAllRepositories() {
        await turn();
        return [...katello.keys()].map(rowOf);
      },
      async findRepository(id) {
        await turn();
        return katello.has(id) ? rowOf(id) : null;
      },
      async findDestroyTasks(id): Promise<DestroyTask[]> {
        await turn();
        if (!destroyed.includes(id)) return [];
        return [
          { id: `task-${id}`, label: 'Actions::Katello::Repository::Destroy', state: 'stopped', result: 'success' },
        ];
      },
    }),
    acquireLease: (actor) => async (name) => {
      await actor.turn();
      if (leases.has(name)) return null;
      leases.set(name, actor);
      const isHeld = (): boolean => leases.get(name) === actor;
      return { isHeld, renew: async () => isHeld(), release: async () => void (isHeld() && leases.delete(name)) };
    },
    push() {
      pushes += 1;
      if (!pushed) {
        const id = uuid();
        const labels: Record<string, string | null> = {};
        pushed = {
          distribution: {
            pulp_href: `${DISTRIBUTIONS}${uuid()}/`,
            name: NAME,
            base_path: NAME,
            repository: `${REPOSITORIES}${id}/`,
            repository_version: null,
            pulp_labels: labels,
          },
          uuid: id,
          version: 0,
          pushes: new Set(),
        };
      }
      pushed.version += 1;
      pushed.pushes.add(pushes);
      return pushes;
    },
    async publish(actor) {
      await actor.turn();
      const before = pushed;
      if (!before) return;
      const { pulp_labels: labels, pulp_href: href } = before.distribution;
      const owned = labels[LABELS.repository];
      const id = typeof owned === 'string' ? Number(owned) : (ids += 1);
      const name = `repository/${id}`;
      const lease = await world.acquireLease(actor)(name, 0);
      if (!lease) return;
      try {
        if (typeof owned !== 'string') {
          katello.set(id, new Set());
          labelsAt(href)[LABELS.protection] = 'false';
          labelsAt(href)[LABELS.repository] = String(id);
          await actor.turn();
        }
        const [version, copied] = [before.version, [...before.pushes]];
        await actor.turn();
        const target = katello.get(id);
        if (!target) return;
        for (const one of copied) target.add(one);
        await actor.turn();
        const claim = formatClaim({ uuid: before.uuid, repositoryId: id, pushVersion: version, targetVersion: 1 });
        if (isProtected(labelsAt(href))) labelsAt(href)[LABELS.claim] = claim;
      } finally {
        await lease.release();
      }
    },
    destroy() {
      for (const [id, published] of katello) {
        for (const one of published) deleted.add(one);
        destroyed.push(id);
      }
      katello.clear();
    },
    findLost: () =>
      Array.from({ length: pushes }, (_, at) => at + 1).filter((one) => !deleted.has(one) && !pushed?.pushes.has(one)),
    isPushed: () => pushed !== null,
  };
  return world;
}

function rowOf(id: number): KatelloRepository {
  return {
    id,
    name: 'api',
    label: 'api',
    url: null,
    version_href: null,
    container_repository_name: PATH,
    relative_path: PATH,
    full_path: PATH,
    product: { id: 1, name: 'web' },
  };
}

function gone(href: string): HttpStatusError {
  const failure = {
    system: 'pulp',
    method: 'POST',
    url: href,
    status: 404,
    detail: 'gone',
    retryAfterSeconds: null,
  } as const;
  return new HttpStatusError(failure);
}
