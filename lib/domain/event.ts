/**
 * Events for programs of others: CloudEvents 1.0, as they are sent.
 */
import type { Alarm } from './alarm.ts';
import type { Receipt } from './receipt.ts';

export type EventType =
  | 'io.kpr.push.done'
  | 'io.kpr.push.failed'
  | 'io.kpr.push.refused'
  | 'io.kpr.proxy.failed'
  | 'io.kpr.orphan.found'
  | 'io.kpr.orphan.deleted'
  | 'io.kpr.alarm.raised';

/** In structured JSON. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** the same whenever it is sent, and of no other event */
  readonly id: string;
  /** the public URL */
  readonly source: string;
  readonly type: EventType;
  /** push path; absent where it concerns all */
  readonly subject?: string;
  /** ISO 8601, UTC */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: object;
}

/** What happened, before it has a time and a source. */
export interface Happening {
  readonly type: EventType;
  readonly id: string;
  readonly subject: string | null;
  readonly data: object;
}

/** What a receipt tells others; null while its push is under way. */
export function happeningOf(receipt: Receipt): Happening | null {
  const { state, path } = receipt;
  if (state !== 'done' && state !== 'failed' && state !== 'refused') return null;
  const type = `io.kpr.push.${state}` as const;
  return { type, id: `${receipt.id}:${type}`, subject: path, data: receipt };
}

/** What a new alarm tells others. */
export function happeningOfAlarm(alarm: Alarm): Happening {
  const type = 'io.kpr.alarm.raised';
  return { type, id: `${alarm.alarm}/${alarm.path ?? ''}:${type}:${alarm.since}`, subject: alarm.path, data: alarm };
}

/** What a proxy in trouble tells others. */
export function happeningOfProxy(failure: {
  readonly proxy: string;
  readonly path: string;
  readonly at: string;
}): Happening {
  const { proxy, path, at } = failure;
  const type = 'io.kpr.proxy.failed';
  return { type, id: `${path}:${type}:${proxy}:${at}`, subject: path, data: failure };
}

/** What an orphan that was found or deleted tells others. */
export function happeningOfOrphan(
  what: 'found' | 'deleted',
  orphan: { readonly path: string; readonly uuid: string; readonly at: string },
): Happening {
  const type = `io.kpr.orphan.${what}` as const;
  return { type, id: `${orphan.uuid}:${type}:${orphan.at}`, subject: orphan.path, data: orphan };
}

/** @param source public URL @param now epoch milliseconds */
export function createEvent({ type, id, subject, data }: Happening, source: string, now: number): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source,
    type,
    ...(subject !== null && { subject }),
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
