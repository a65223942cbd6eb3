/** The daemon under measurement: its receipts, its counters, what it uses. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type ApiClient, createApiClient } from '../../lib/cli/api-client.ts';
import { findServer, type Site } from '../../test/support/servers/process.ts';
import type { ReactorServer } from '../../test/support/servers/reactor.ts';
import { waitFor } from '../../test/support/servers/wait.ts';
import { type Counters, parseCounters } from './counters.ts';
import { readUsage, type Usage } from './machine.ts';

const Receipt = z.looseObject({
  path: z.string(),
  state: z.string(),
  /** when the detector saw it */
  pushedAt: z.iso.datetime().transform((text) => Date.parse(text)),
  katello: z.looseObject({ repositoryId: z.number().nullable() }),
  tags: z.array(z.looseObject({ name: z.string() })),
  stages: z.array(
    z.looseObject({
      name: z.string(),
      startedAt: z.iso.datetime().transform((text) => Date.parse(text)),
      durationMs: z.number(),
    }),
  ),
  error: z.looseObject({ message: z.string() }).nullable(),
});
export type Receipt = Readonly<z.infer<typeof Receipt>>;
const Receipts = z.looseObject({ items: z.array(Receipt) });

export interface Daemon {
  /** what it was started with */
  readonly env: Readonly<Record<string, string>>;
  /** ends every wait for it */
  readonly signal: AbortSignal;
  /** Receipts of pushes that it saw since then (epoch ms), of one path or of all, newest first. */
  listReceipts(since: number, path?: string): Promise<readonly Receipt[]>;
  /** Asks it to work on the path, whether something was pushed or not. */
  reprocess(path: string): Promise<void>;
  readCounters(): Promise<Counters>;
  readUsage(): Promise<Usage>;
}

export function connectDaemon(site: Site, { env, metricsUrl }: ReactorServer): Daemon {
  const { signal = new AbortController().signal } = site;
  const client: ApiClient = createApiClient(
    { stateDir: env['KPR_STATE_DIR'] ?? '', url: null, login: null, password: null, caFile: null },
    signal,
  );
  return {
    env,
    signal,
    async listReceipts(since, path) {
      const query = { limit: '500', since: new Date(since).toISOString(), path };
      return (await client.get('pushes', query, Receipts)).items;
    },
    async reprocess(path) {
      await client.post('reprocess', { paths: [path] }, z.unknown());
    },
    async readCounters() {
      const answer = await fetch(`${metricsUrl}/metrics`, { signal });
      return parseCounters(await answer.text());
    },
    async readUsage() {
      const server = await findServer(site, 'reactor');
      if (!server) throw new Error('the daemon does not run any more');
      return readUsage(server.pid);
    },
  };
}

/** When the push that a receipt is about was verified (epoch ms). */
export function verifiedAt({ stages }: Receipt): number {
  const stage = stages.find(({ name }) => name === 'verify');
  return stage ? stage.startedAt + stage.durationMs : Number.NaN;
}

const PATIENCE_MS = 180_000;

/** The receipt of a push to this path that was seen since then, once it is verified. @throws Error if it is refused or fails */
export async function waitUntilVerified(daemon: Daemon, path: string, since: number): Promise<Receipt> {
  const look = async (): Promise<Receipt | undefined> => {
    const [latest] = await daemon.listReceipts(since, path);
    if (latest?.state === 'failed' || latest?.state === 'refused') throw new Error(`${path}: ${latest.error?.message}`);
    return latest?.state === 'done' ? latest : undefined;
  };
  return waitFor(`${path} in Katello`, look, { timeoutMs: PATIENCE_MS, signal: daemon.signal });
}

/** The receipt with which the last of these tags was verified. @throws Error when that takes longer than `patienceMs` */
export async function waitUntilTagsVerified(
  daemon: Daemon,
  path: string,
  tags: readonly string[],
  since: number,
  patienceMs: number = PATIENCE_MS,
): Promise<Receipt> {
  const look = async (): Promise<Receipt | undefined> => {
    const done = (await daemon.listReceipts(since, path)).filter(({ state }) => state === 'done');
    const shown = new Set(done.flatMap((receipt) => receipt.tags.map(({ name }) => name)));
    return tags.every((tag) => shown.has(tag)) ? done[0] : undefined;
  };
  // twenty of these look at once, and looking costs the daemon time
  return waitFor(`all tags of ${path} in Katello`, look, {
    timeoutMs: patienceMs,
    gapMs: 1000,
    signal: daemon.signal,
  });
}

/** Waits as long as a person would call it quiet. */
export async function rest(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}
