/** The receipt on the wire: the record of one push. */
import { z } from 'zod';
import { RECEIPT_STATES, STAGES } from '../../domain/receipt.ts';
import { MaybeProblem } from './problem.ts';
import { Time } from './time.ts';

export const TagChange = z
  .object({
    name: z.string(),
    from: z.string().nullable().meta({ description: 'digest before; null: added' }),
    to: z.string().nullable().meta({ description: 'digest after; null: removed' }),
    reason: z.enum(['tag-new', 'tag-moved', 'tag-deleted']),
  })
  .meta({ id: 'TagChange' });

export const LeftAlone = z
  .object({ tag: z.string(), reason: z.string(), message: z.string() })
  .meta({ id: 'LeftAlone', description: 'a tag that Katello keeps as it is, and why' });

export const KatelloIds = z
  .object({
    organizationId: z.int().nullable(),
    productId: z.int().nullable(),
    repositoryId: z.int().nullable(),
  })
  .meta({ id: 'KatelloIds', description: 'null while a thing is not made' });

const Stage = z
  .object({
    name: z.enum(STAGES),
    startedAt: Time,
    durationMs: z.number(),
    outcome: z.enum(['ok', 'skipped', 'waiting', 'failed']),
  })
  .meta({ id: 'Stage' });

const ProxyOutcome = z
  .object({
    name: z.string(),
    outcome: z.enum(['served', 'skipped', 'failed']),
    reason: z.string().nullable(),
    at: Time,
  })
  .meta({ id: 'ProxyOutcome' });

export const Receipt = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().meta({ description: 'uuid@version of the push repository' }),
    path: z.string(),
    uuid: z.string(),
    version: z.int(),
    claimedVersion: z.int().nullable().meta({ description: 'push version verified before; null: none' }),
    kind: z.enum(['push', 'rollback']),
    user: z.string().nullable().meta({ description: 'the only login granted push since then' }),
    note: z.string().nullable().meta({ description: 'why somebody rolled back' }),
    state: z.enum(RECEIPT_STATES),
    pushedAt: Time,
    katello: KatelloIds,
    tags: z.array(TagChange),
    leftAlone: z.array(LeftAlone),
    stages: z.array(Stage),
    proxies: z.array(ProxyOutcome),
    pull: z.array(z.string()).meta({ description: 'what can be pulled, by Katello name' }),
    error: MaybeProblem,
  })
  .meta({ id: 'Receipt', description: 'the record of one push; history, kept for KPR_RECEIPT_DAYS' });
