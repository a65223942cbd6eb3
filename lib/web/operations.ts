/**
 * Every operation of the API, for its document.
 */
import { z } from 'zod';
import { ORPHAN_STATES } from '../domain/orphan.ts';
import { ReceiverParams, ReceiverQuery } from './notifications.ts';
import { NOTHING, type Operation } from './operation.ts';
import { DeleteBody, KeepBody, OrphanQuery } from './orphans.ts';
import { SyncBody } from './proxies.ts';
import { EXPLAIN_OPERATIONS } from './routes/explain.ts';
import { PLAN_OPERATIONS } from './routes/plan.ts';
import { PUSH_OPERATIONS } from './routes/pushes.ts';
import { QUEUE_OPERATIONS } from './routes/queues.ts';
import { REPROCESS_OPERATIONS } from './routes/reprocess.ts';
import { ROLLBACK_OPERATIONS } from './routes/rollback.ts';
import { WAIT_OPERATIONS } from './routes/wait.ts';
import { PageQuery, pageOf } from './shapes/page.ts';
import { Time } from './shapes/time.ts';

const Orphan = z
  .object({
    path: z.string(),
    uuid: z.string(),
    version: z.int(),
    repositoryId: z.int().nullable().meta({ description: 'the Katello repository that is gone' }),
    state: z.enum(ORPHAN_STATES),
    task: z.string().nullable().meta({ description: 'Katello task that destroyed it; null: unproven' }),
    until: Time.nullable(),
    order: z.string().nullable(),
    reason: z.string().nullable(),
    message: z.string(),
    hint: z.string().nullable(),
  })
  .meta({ id: 'Orphan' });

const Chosen = z.object({ path: z.string(), version: z.int(), repositoryId: z.int().nullable() });

const Proxy = z
  .object({
    name: z.string(),
    url: z.string(),
    environments: z.int(),
    behind: z.array(
      z.object({ path: z.string(), reason: z.string().nullable(), message: z.string().nullable(), since: Time }),
    ),
    last: z
      .object({
        path: z.string(),
        outcome: z.enum(['served', 'skipped', 'failed']),
        reason: z.string().nullable(),
        at: Time,
      })
      .nullable(),
  })
  .meta({ id: 'Proxy' });

const Receiver = z
  .object({
    n: z.int().meta({ description: 'its place in KPR_NOTIFY_URLS, from 1' }),
    url: z.string(),
    state: z.enum(['enabled', 'disabled']),
    since: Time.nullable(),
    reason: z.string().nullable(),
    givenUpInARow: z.int(),
  })
  .meta({ id: 'Receiver' });

const READ = { method: 'GET', caller: 'viewer', params: NOTHING, input: NOTHING } as const;
const CHANGE = { method: 'POST', caller: 'operator', params: NOTHING } as const;

export const OPERATIONS: readonly Operation[] = [
  ...PUSH_OPERATIONS,
  ...PLAN_OPERATIONS,
  ...EXPLAIN_OPERATIONS,
  ...WAIT_OPERATIONS,
  ...REPROCESS_OPERATIONS,
  ...ROLLBACK_OPERATIONS,
  {
    ...READ,
    path: 'orphans',
    input: OrphanQuery,
    summary: 'Push repositories whose Katello repository is gone',
    answer: pageOf(Orphan),
  },
  {
    ...CHANGE,
    path: 'orphans/delete',
    summary: 'Delete proven ones whose quarantine is over, once no push can be under way',
    input: DeleteBody,
    answer: z.object({ items: z.array(Chosen.extend({ afterMs: z.number() })), dryRun: z.boolean() }),
  },
  {
    ...CHANGE,
    path: 'orphans/keep',
    summary: 'Publish them again',
    input: KeepBody,
    answer: z.object({ items: z.array(Chosen), dryRun: z.boolean() }),
  },
  {
    ...READ,
    path: 'proxies',
    input: PageQuery,
    summary: 'What each smart proxy lacks, and how its last sync went',
    answer: pageOf(Proxy).extend({
      isAutomatic: z.boolean().meta({ description: 'whether proxies are synced after each publish' }),
      reason: z.enum(['setting-off', 'proxy-permission']).nullable(),
    }),
  },
  {
    ...CHANGE,
    path: 'proxies/sync',
    summary: 'Sync a path to smart proxies now, whatever the setting says',
    input: SyncBody,
    answer: z.object({ path: z.string(), proxies: z.array(z.string()), dryRun: z.boolean() }),
  },
  ...QUEUE_OPERATIONS,
  {
    ...READ,
    path: 'notifications',
    input: ReceiverQuery,
    summary: 'Who is told what happens, and whether they take it',
    answer: pageOf(Receiver),
  },
  {
    ...CHANGE,
    caller: 'administrator',
    path: 'notifications/:n/enable',
    summary: 'Tell a disabled receiver again',
    params: ReceiverParams,
    input: NOTHING,
    answer: z.object({ n: z.int() }),
  },
];
