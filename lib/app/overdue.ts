/**
 * The watch for pushes that nobody sees in Katello, though they were seen a quarter of an hour ago.
 */
import { createAlarm } from '../domain/alarm.ts';
import { describeReason } from '../domain/reason.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Logger } from '../log.ts';
import type { Alarms } from '../state/alarms.ts';
import type { Paths } from '../state/paths.ts';

export interface OverdueDeps {
  readonly paths: Pick<Paths, 'listUnpublished'>;
  readonly alarms: Alarms;
  readonly findReceipt: (path: string) => Promise<Receipt | null>;
  readonly log: Pick<Logger, 'error' | 'info'>;
  readonly now: () => number;
}

const OVERDUE_MS = 15 * 60_000;
/** More than anybody reads; the rest is raised when these are well. */
const MOST_PATHS = 100;

/** Raises an alarm for each push that is late, and ends those of pushes that are late no more. @throws E_TRANSPORT */
export async function watchOverdue({ paths, alarms, findReceipt, log, now }: OverdueDeps): Promise<void> {
  const late = await paths.listUnpublished(now() - OVERDUE_MS, MOST_PATHS);
  for (const path of late) {
    const receipt = await findReceipt(path);
    const details = { path, reason: receipt?.error?.reason ?? receipt?.state ?? 'not begun' };
    const isNew = await alarms.raise(
      createAlarm({ source: 'overdue', path }, { alarm: 'publish-overdue', details }, now()),
    );
    if (isNew) {
      const { message } = describeReason('publish-overdue', details);
      log.error('push is overdue', { path, reason: 'publish-overdue', error: message });
    }
  }
  const stillLate = new Set(late);
  for (const { source, path } of await alarms.list()) {
    if (source !== 'overdue' || path === null || stillLate.has(path)) continue;
    await alarms.clear({ source, path });
    log.info('push is overdue no more', { path });
  }
}
