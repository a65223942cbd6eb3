/** As many receipts as are kept at most. */
import { finish } from '../../lib/domain/receipt.ts';
import type { Receipts } from '../../lib/state/receipts.ts';
import { pushOf } from '../../test/support/dashboard.ts';

const RECEIPTS = 10_000;
/** Two organizations take turns; a path is pushed ten times. */
const PATHS = 1000;
const GAP_MS = 10_000;

/** Saves them, the newest pushed at `now` (epoch ms), a day's worth in all. @returns how many */
export async function fillReceipts(receipts: Receipts, now: number): Promise<number> {
  const katello = { organizationId: 1, productId: 2, repositoryId: 3 };
  for (let n = 0; n < RECEIPTS; n += 1) {
    const path = `${n % 2 === 0 ? 'acme' : 'globex'}/web/p${n % PATHS}`;
    const opened = pushOf(path, { id: `u${n}@1`, pushedAt: new Date(now - n * GAP_MS).toISOString() });
    await receipts.save(finish(opened, { state: 'done', katello, pull: [`katello.example.com/${path}:latest`] }));
  }
  return RECEIPTS;
}
