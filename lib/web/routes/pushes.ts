/**
 * `/api/v1/status`, `/api/v1/pushes`: what the daemon says of itself, and what happened to pushes.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { RECEIPT_STATES, type Receipt as ReceiptDocument, type ReceiptState } from '../../domain/receipt.ts';
import { type CallerOf, isSeen } from '../access.ts';
import { RequestError } from '../answer.ts';
import { addRoute, NOTHING, type Operation } from '../operation.ts';
import { PAGE_QUERY, pageOf } from '../shapes/page.ts';
import { Receipt } from '../shapes/receipt.ts';
import { Status } from '../shapes/status.ts';
import { GivenTime } from '../shapes/time.ts';
import { type Status as DaemonStatus, toWire } from '../status.ts';

export interface PushQuery {
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly state: ReceiptState | undefined;
  readonly path: string | undefined;
  readonly since: Date | undefined;
  /** paths that the caller may see */
  readonly isSeen: (path: string) => boolean;
}

export interface PushApi {
  readonly readStatus: () => Promise<DaemonStatus>;
  readonly listPushes: (
    query: PushQuery,
  ) => Promise<{ readonly items: readonly ReceiptDocument[]; readonly next: string | null }>;
  readonly findPush: (id: string) => Promise<ReceiptDocument | null>;
}

const STATUS = {
  method: 'GET',
  path: 'status',
  summary: 'The daemon: readiness, systems, queues, alarms',
  caller: 'viewer',
  params: NOTHING,
  input: NOTHING,
  answer: Status,
} as const satisfies Operation;

const LIST = {
  method: 'GET',
  path: 'pushes',
  summary: 'Receipts, newest push first',
  caller: 'viewer',
  params: NOTHING,
  input: z.strictObject({
    ...PAGE_QUERY,
    state: z.enum(RECEIPT_STATES).optional(),
    path: z.string().optional(),
    since: GivenTime.optional().meta({ description: 'pushed at or after this time' }),
  }),
  answer: pageOf(Receipt),
} as const satisfies Operation;

const SHOW = {
  method: 'GET',
  path: 'pushes/:id',
  summary: 'One receipt',
  caller: 'viewer',
  params: z.object({ id: z.string() }),
  input: NOTHING,
  answer: Receipt,
} as const satisfies Operation;

export const PUSH_OPERATIONS: readonly Operation[] = [STATUS, LIST, SHOW];

export function addPushRoutes(
  server: FastifyInstance,
  api: PushApi & { readonly callerOf: CallerOf; readonly pathOf: (text: string) => string },
): void {
  addRoute(server, api.callerOf, STATUS, async ({ caller }) => {
    const { alarms, ...status } = toWire(await api.readStatus());
    return { ...status, alarms: alarms?.filter(({ path }) => path === null || isSeen(caller, path)) ?? null };
  });

  addRoute(server, api.callerOf, LIST, async ({ input, caller }) => {
    const { limit, cursor, state, path, since } = input;
    return api.listPushes({
      limit,
      cursor,
      state,
      since,
      path: path === undefined ? undefined : api.pathOf(path),
      isSeen: (pushed) => isSeen(caller, pushed),
    });
  });

  addRoute(server, api.callerOf, SHOW, async ({ params, caller }) => {
    const receipt = await api.findPush(params.id);
    if (!receipt || !isSeen(caller, receipt.path)) throw new RequestError(404, 'no such push');
    return receipt;
  });
}
