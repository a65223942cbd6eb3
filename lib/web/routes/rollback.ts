/**
 * `/api/v1/rollback`: moves a tag of a push repository back to an image that is still there.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type CallerOf, requireChange, requireOperator } from '../access.ts';
import { RequestError } from '../answer.ts';
import { addRoute, NOTHING, type Operation } from '../operation.ts';

interface Order {
  readonly path: string;
  readonly tag: string;
  readonly digest: string;
  readonly user: string | null;
  readonly reason: string | null;
  readonly dryRun: boolean;
}

interface RolledBack extends Pick<Order, 'path' | 'tag' | 'dryRun'> {
  readonly from: string | null;
  readonly to: string;
  readonly version: number;
}

export interface RollbackApi {
  /** null where nothing is pushed there, `no-such-image` where the push repository does not hold the digest */
  readonly rollBack: (order: Order, signal: AbortSignal) => Promise<RolledBack | 'no-such-image' | null>;
}

const ANSWER_MS = 50_000;
const LONGEST_REASON = 500;

const ROLLBACK = {
  method: 'POST',
  path: 'rollback',
  summary: 'Make a tag name an older image of the push repository: a new push version',
  caller: 'operator',
  params: NOTHING,
  input: z.strictObject({
    path: z.string(),
    tag: z.string().regex(/^[A-Za-z0-9][\w.-]{0,127}$/, 'must be a tag that begins with a letter or digit'),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits'),
    reason: z.string().min(1).max(LONGEST_REASON).optional().meta({ description: 'why; the note of the receipt' }),
    dryRun: z.boolean().default(false),
  }),
  answer: z.object({
    path: z.string(),
    tag: z.string(),
    from: z.string().nullable().meta({ description: 'digest that the tag names before' }),
    to: z.string(),
    version: z.int().meta({ description: 'of the push repository; where nothing changes, the latest' }),
    dryRun: z.boolean(),
  }),
} as const satisfies Operation;

export const ROLLBACK_OPERATIONS: readonly Operation[] = [ROLLBACK];

export function addRollbackRoutes(
  server: FastifyInstance,
  api: RollbackApi & { readonly callerOf: CallerOf; readonly pathOf: (text: string) => string },
): void {
  addRoute(server, api.callerOf, ROLLBACK, async ({ input, caller }) => {
    requireOperator(caller);
    const { tag, digest, reason = null, dryRun } = input;
    const path = api.pathOf(input.path);
    requireChange(caller, path);
    const order = { path, tag, digest, user: caller.login, reason, dryRun };
    const done = await api.rollBack(order, AbortSignal.timeout(ANSWER_MS));
    if (!done) throw new RequestError(404, `nothing is pushed at ${path}`);
    if (done === 'no-such-image') {
      throw new RequestError(404, `${path} holds no image ${digest}`, `kpr status ${path}`);
    }
    return done;
  });
}
