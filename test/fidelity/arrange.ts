/**
 * Makes the world ready for one exchange: rows that somebody else had made before it are put in, a row that it is going
 * to make is taken out, and the ids that it is going to give out come next.
 */
import { type Arrangement, isImport } from './arrangement.ts';
import { attachEnvironments, ensureRivals, ensureShown } from './ensure-rows.ts';
import { ensureLock, ensureTasks, releaseForeignLocks } from './ensure-tasks.ts';
import { adoptDeleted, adoptTagged } from './known-to-pulp.ts';
import { prepareCopies, prepareCreate, prepareHalfCreate } from './prepare-ids.ts';
import { type RecordedExchange } from './recording.ts';

/** Arranges the world for the exchange at that place in the order. */
export function arrange(arrangement: Arrangement, exchange: RecordedExchange, at: number): void {
  const { status, body } = exchange.response;
  releaseForeignLocks(arrangement.world);
  ensureShown(arrangement, exchange, at);
  if (exchange.request.method === 'POST' && status === 201) prepareCreate(arrangement, exchange);
  if (exchange.request.method === 'POST' && status === 500) prepareHalfCreate(arrangement, exchange);
  if (exchange.request.path.endsWith('/publish')) prepareCopies(arrangement, exchange);
  if (exchange.request.method === 'DELETE') adoptDeleted(arrangement, exchange);
  if (isImport(exchange.request.path)) adoptTagged(arrangement, exchange);
  if (status === 422) ensureRivals(arrangement, exchange, at);
  ensureTasks(arrangement, exchange);
  if (status === 400 || status === 422) ensureLock(arrangement, exchange);
  if (/\/(capsules|smart_proxies)(\?|\/\d+$|$)/.test(exchange.request.path)) attachEnvironments(arrangement, body, at);
}
