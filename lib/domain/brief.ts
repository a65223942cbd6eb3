/**
 * What overviews need of a receipt: small enough to read those of thousands of pushes at once. Pure.
 */
import type { Receipt, ReceiptState } from './receipt.ts';

export interface Brief {
  /** of the receipt */
  readonly id: string;
  readonly path: string;
  readonly state: ReceiptState;
  /** epoch milliseconds */
  readonly pushedAt: number;
  /** milliseconds until it was seen in Katello; null where it was not */
  readonly publishedMs: number | null;
}

export function briefOf({ id, path, state, pushedAt, stages }: Receipt): Brief {
  const at = Date.parse(pushedAt);
  const verified = stages.find(({ name, outcome }) => name === 'verify' && outcome === 'ok');
  const publishedMs = verified ? Math.max(0, Date.parse(verified.startedAt) + verified.durationMs - at) : null;
  return { id, path, state, pushedAt: at, publishedMs: state === 'done' ? publishedMs : null };
}
