/**
 * Every key in Redis that is not BullMQ's. All of it may vanish: it is intent and history, never truth.
 */
import type { Cluster, Redis } from 'ioredis';
import { type Alarms, createAlarms } from './alarms.ts';
import { createGrants, type Grants } from './grants.ts';
import { createHints, type Hints } from './hints.ts';
import { createKeys } from './keys.ts';
import { createLeases, type Lease } from './leases.ts';
import { createOrphanMemory, type OrphanMemory } from './orphans.ts';
import { createPaths, type Paths } from './paths.ts';
import { createPauses, type Pauses } from './pauses.ts';
import { createProxyStates, type ProxyStates } from './proxies.ts';
import { createReceipts, type Receipts } from './receipts.ts';
import { createReceivers, type Receivers } from './receivers.ts';
import { createRollbacks, type Rollbacks } from './rollbacks.ts';

export interface StoreOptions {
  readonly redis: Redis | Cluster;
  /** begins every key */
  readonly prefix: string;
  /** days that a receipt is kept */
  readonly receiptDays: number;
  readonly onLeaseLost: () => void;
  readonly now?: () => number;
}

export interface Store {
  readonly receipts: Receipts;
  readonly rollbacks: Rollbacks;
  readonly pauses: Pauses;
  readonly paths: Paths;
  readonly grants: Grants;
  readonly hints: Hints;
  readonly alarms: Alarms;
  readonly receivers: Receivers;
  readonly orphans: OrphanMemory;
  readonly proxies: ProxyStates;
  /** Null when somebody else holds it. @throws E_TRANSPORT */
  acquireLease(name: string, ttlMs: number): Promise<Lease | null>;
  /** The detector's place as it wrote it, or null. @throws E_TRANSPORT */
  readCursor(): Promise<string | null>;
  /** @throws E_TRANSPORT */
  writeCursor(cursor: string): Promise<void>;
  /** Writes and reads a value: proof that Redis takes writes. @throws E_TRANSPORT */
  checkWritable(): Promise<void>;
}

const DAY_MS = 86_400_000;

export function createStore({ redis, prefix, receiptDays, onLeaseLost, now = Date.now }: StoreOptions): Store {
  const keys = createKeys(redis, prefix);
  const cursor = keys.of('cursor');
  return {
    receipts: createReceipts(keys, receiptDays * DAY_MS, now),
    rollbacks: createRollbacks(keys),
    pauses: createPauses(keys),
    paths: createPaths(keys, now),
    grants: createGrants(keys, now),
    hints: createHints(keys),
    alarms: createAlarms(keys),
    receivers: createReceivers(keys),
    orphans: createOrphanMemory(keys, receiptDays * DAY_MS),
    proxies: createProxyStates(keys, now),
    acquireLease: createLeases(keys, { now: () => performance.now(), onLost: onLeaseLost }),
    readCursor: () => keys.run((client) => client.get(cursor)),
    writeCursor: async (text) => {
      await keys.run((client) => client.set(cursor, text));
    },
    checkWritable: async () => {
      await keys.run((client) => client.set(keys.of('writable'), '1', 'PX', 60_000));
    },
  };
}
