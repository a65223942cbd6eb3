/**
 * What is written on the distribution of an orphan: since when it is in quarantine, and who wants it deleted, since when,
 * as it was then. Reading never throws, because anybody may write labels; values hold no comma and no parenthesis.
 */
import { LABELS, type Labels } from './claim.ts';

/**
 * Who wants a push repository deleted: the sweep; a push that wants to begin afresh; a person; a person who also takes
 * the missing proof upon themselves.
 */
export const ORDERS = ['sweep', 'push', 'person', 'unproven'] as const;
export type Order = (typeof ORDERS)[number];

/** The push repository as it was when its deletion was ordered; another version since cancels that. */
export interface Closing {
  readonly uuid: string;
  readonly version: number;
  /** epoch milliseconds; no token was granted since */
  readonly since: number;
  readonly order: Order;
}

const FORMAT = '1';

/** Value of the label `kpr_closing`. */
export function formatClosing({ uuid, version, since, order }: Closing): string {
  return [FORMAT, uuid, version, formatTime(since), order].join(' ');
}

/** The closing, or null where there is none or it cannot be read. */
export function readClosing(labels: Labels): Closing | null {
  const [, format, uuid, version, time, order] =
    /^(\S+) (\S+) (0|[1-9]\d{0,9}) (\S+) (\S+)$/.exec(labels[LABELS.closing] ?? '') ?? [];
  const since = parseTime(time);
  if (format !== FORMAT || !uuid || since === null || !isOrder(order)) return null;
  return { uuid, version: Number(version), since, order };
}

/** Value of the label `kpr_quarantine`. @param since epoch milliseconds */
export function formatQuarantine(since: number): string {
  return formatTime(since);
}

/** Since when (epoch milliseconds), or null where there is no quarantine or it cannot be read. */
export function readQuarantine(labels: Labels): number | null {
  return parseTime(labels[LABELS.quarantine] ?? '');
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

function parseTime(text = ''): number | null {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(text) ? Date.parse(text) || null : null;
}

function isOrder(text: string | undefined): text is Order {
  return ORDERS.some((order) => order === text);
}
