/** Failures on the wire. */
import { z } from 'zod';
import { REASONS } from '../../domain/reason.ts';

const Problem = z
  .object({
    code: z.string().meta({ description: 'which failure; stable', example: 'E_REFUSED' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'why, as listed under Reasons; usage, not-found', examples: [REASONS[0]] }),
    message: z.string(),
    hint: z.string().nullable().meta({ description: 'what a person can do about it' }),
  })
  .meta({ id: 'Problem' });

export const ErrorAnswer = z.object({ error: Problem }).meta({ id: 'Error' });

/** The failure of a push: the same, or null. */
export const MaybeProblem = Problem.nullable();
