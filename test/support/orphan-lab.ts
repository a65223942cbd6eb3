/** Orphans in a lab: the real use case, with a queue in memory whose time is that of the lab's clock. */
import { z } from 'zod';
import { ReactorError } from '../../lib/errors.ts';
import type { OrphanDeps, OrphanSettings } from '../../lib/reconcile/orphans/deps.ts';
import { createOrphans, type Orphans } from '../../lib/reconcile/orphans/orphans.ts';
import type { LabOnPulp } from './lab.ts';
import { until } from './until.ts';

export const HOUR_MS = 3_600_000;
export const QUARANTINE_MS = 24 * HOUR_MS;
/** How long the front's tokens may live in these labs. */
export const CLOSING_MS = 450_000;

export interface OrphanLab {
  readonly deps: OrphanDeps;
  readonly orphans: Orphans;
  /** when the next step of a path is due (epoch ms of the lab) */
  readonly steps: Map<string, number>;
  /** paths that were queued to be published */
  readonly runs: string[];
  /** messages that were logged, with their path */
  readonly lines: string[];
  /** `found PATH` and `deleted PATH`, as others are told */
  readonly told: string[];
  readonly deleted: () => number;
  /** how many were due at the last sweep, if they were too many; else null */
  readonly overLimit: () => number | null;
  /** Makes the steps that are due now, and those that they lead to. @throws what ends a job */
  makeSteps(): Promise<void>;
  /** One sweep, and the steps that it leads to. */
  sweep(): Promise<void>;
  /** A sweep, the quarantine, another sweep, the time of the tokens: as it goes if nobody interferes. */
  passQuarantine(): Promise<void>;
  passClosing(): Promise<void>;
}

const Tasks = z.array(z.object({ state: z.string() }));

/** Deletes something in Katello, and waits until it is gone; `what` such as `repositories/1`. @param as [its administrator] */
export async function destroyInKatello(
  { standIn }: Pick<LabOnPulp, 'standIn'>,
  what: string,
  as = 'admin',
): Promise<void> {
  const url = `${standIn.url}/katello/api/v2/${what}`;
  const authorization = `Basic ${Buffer.from(`${as}:sandbox-${as}`).toString('base64')}`;
  const { status } = await fetch(url, { method: 'DELETE', headers: { authorization } });
  if (status !== 200 && status !== 202) throw new Error(`Katello answered ${status} to the deletion of ${what}`);
  await untilAtRest(standIn);
}

/** Katello's weekly orphan cleanup, from its beginning to its end. Spares nothing that Katello does not know. */
export async function cleanUpKatello({ standIn }: Pick<LabOnPulp, 'standIn'>): Promise<void> {
  await fetch(`${standIn.controlUrl}/orphan-cleanup`, { method: 'POST' });
  await untilAtRest(standIn);
}

async function untilAtRest({ controlUrl }: LabOnPulp['standIn']): Promise<void> {
  const isAtRest = async () => {
    const tasks = Tasks.parse(await (await fetch(`${controlUrl}/tasks`)).json());
    return tasks.every(({ state }) => state === 'stopped' || state === 'paused');
  };
  await until('the end of all tasks', isAtRest, 60_000);
}

/** Id of the Katello repository of this name. */
export async function findKatelloId({ katello }: Pick<LabOnPulp, 'katello'>, name: string): Promise<number> {
  const found = (await katello.listAllRepositories()).find((row) => row.name === name);
  if (!found) throw new Error(`Katello has no repository ${name}`);
  return found.id;
}

export interface OrphanLabOptions {
  readonly settings?: Partial<OrphanSettings>;
  /** lets a test come between the use case and its dependencies */
  readonly wrap?: (deps: OrphanDeps) => OrphanDeps;
}

export function createOrphanLab(lab: LabOnPulp, { settings, wrap }: OrphanLabOptions = {}): OrphanLab {
  const steps = new Map<string, number>();
  const runs: string[] = [];
  const lines: string[] = [];
  const remembered = new Map<string, number>();
  const told: string[] = [];
  let deleted = 0;
  let overLimit: number | null = null;
  const { now, acquireLease } = lab.deps;
  const write = (message: string, fields: Record<string, unknown> = {}): void =>
    void lines.push([message, fields['path'] ?? fields['reason']].filter(Boolean).join(' '));

  const own: OrphanDeps = {
    pulp: lab.pulp,
    katello: lab.katello,
    settings: {
      prefix: lab.deps.settings.prefix,
      policy: 'full',
      quarantineMs: QUARANTINE_MS,
      closingMs: CLOSING_MS,
      limit: 10,
      ...settings,
    },
    acquireLease,
    findDeletedAt: async (uuid) => remembered.get(uuid) ?? null,
    noteDeleted: async (uuid, at) => void remembered.set(uuid, at),
    queueStep: async (path, afterMs) => void steps.set(path, Math.min(steps.get(path) ?? Infinity, now() + afterMs)),
    queueRun: async (path) => void runs.push(path),
    log: { debug: () => undefined, info: write, warn: write, error: write },
    onFound: ({ path }) => void told.push(`found ${path}`),
    onDeleted: ({ path }) => {
      deleted += 1;
      told.push(`deleted ${path}`);
    },
    settleLimit: async (due) => {
      overLimit = due;
    },
    now,
  };
  const deps = wrap?.(own) ?? own;
  const orphans = createOrphans(deps);
  const signal = new AbortController().signal;

  async function makeStep(path: string): Promise<void> {
    steps.delete(path);
    try {
      const outcome = await orphans.step(path, signal);
      if (outcome.kind === 'again') await deps.queueStep(path, outcome.afterMs);
    } catch (error) {
      if (!(error instanceof ReactorError) || !['retry', 'replan'].includes(error.disposition)) throw error;
      await deps.queueStep(path, 0);
    }
  }

  const made: OrphanLab = {
    deps,
    orphans,
    steps,
    runs,
    lines,
    told,
    deleted: () => deleted,
    overLimit: () => overLimit,
    async makeSteps() {
      for (let turns = 0; turns < 200; turns++) {
        const due = [...steps].filter(([, at]) => at <= now()).map(([path]) => path);
        if (due.length === 0) return;
        for (const path of due) await makeStep(path);
      }
      throw new Error('steps lead to steps without an end');
    },
    async sweep() {
      await orphans.sweep(signal);
      await made.makeSteps();
    },
    async passQuarantine() {
      await made.sweep();
      lab.passMs(deps.settings.quarantineMs);
      await made.sweep();
    },
    async passClosing() {
      lab.passMs(deps.settings.closingMs);
      await made.makeSteps();
    },
  };
  return made;
}
