/**
 * What the command line reads of the API's answers. Whole answers are passed on with `-o json`, so nothing is dropped.
 */
import { z } from 'zod';

const LeftAlone = z.looseObject({ tag: z.string(), reason: z.string(), message: z.string() });
const Change = z.looseObject({
  name: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  reason: z.string(),
});

export const ReceiptView = z.looseObject({
  path: z.string(),
  version: z.number(),
  kind: z.string(),
  note: z.string().nullable().optional(),
  user: z.string().nullable(),
  state: z.string(),
  pushedAt: z.string(),
  tags: z.array(Change),
  leftAlone: z.array(LeftAlone),
  stages: z.array(z.looseObject({ name: z.string(), durationMs: z.number(), outcome: z.string() })),
  proxies: z.array(z.looseObject({ name: z.string(), outcome: z.string(), reason: z.string().nullable() })),
  pull: z.array(z.string()),
  error: z
    .looseObject({ code: z.string(), reason: z.string().nullable(), message: z.string(), hint: z.string().nullable() })
    .nullable(),
});
export type ReceiptView = z.infer<typeof ReceiptView>;

export const PushList = z.looseObject({ items: z.array(ReceiptView), next: z.string().nullable() });

export const StatusView = z.looseObject({
  isReady: z.boolean(),
  checks: z.array(z.looseObject({ name: z.string(), isOk: z.boolean(), message: z.string().nullable() })),
  roles: z.array(z.string()),
  redis: z.string(),
  policy: z.string(),
  lagSeconds: z.number().nullable(),
  /** null while Redis, which keeps them, is away */
  alarms: z
    .array(
      z.looseObject({
        alarm: z.string(),
        path: z.string().nullable(),
        message: z.string(),
        hint: z.string().nullable(),
      }),
    )
    .nullable(),
});
export type StatusView = z.infer<typeof StatusView>;

export const PlanAnswer = z.looseObject({
  claimedVersion: z.number().nullable(),
  version: z.number(),
  repositoryId: z.number().nullable(),
  changes: z.array(Change),
  leftAlone: z.array(LeftAlone),
  actions: z.array(z.looseObject({ kind: z.string(), reason: z.string() })),
});
export type PlanAnswer = z.infer<typeof PlanAnswer>;

export const Reprocessed = z.looseObject({ paths: z.array(z.string()), dryRun: z.boolean() });
export const JobState = z.looseObject({ state: z.string().nullable() });
