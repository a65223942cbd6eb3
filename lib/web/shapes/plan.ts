/** Plans on the wire. */
import { z } from 'zod';
import { LeftAlone, TagChange } from './receipt.ts';

export const Plan = z
  .object({
    path: z.string(),
    claimedVersion: z.int().nullable(),
    version: z.int(),
    repositoryId: z.int().nullable(),
    changes: z.array(TagChange),
    leftAlone: z.array(LeftAlone),
    actions: z.array(
      z.object({
        kind: z.string(),
        reason: z.string(),
        tags: z.array(z.string()).optional(),
        digests: z.array(z.string()).optional(),
      }),
    ),
  })
  .meta({ id: 'Plan', description: 'what the next run would do' });
