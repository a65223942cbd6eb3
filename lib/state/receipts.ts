/**
 * Receipts in Redis: each as JSON that ends by itself, and indexes by time, by state and by path.
 */
import { type Brief, briefOf } from '../domain/brief.ts';
import { RECEIPT_STATES, type Receipt, type ReceiptState } from '../domain/receipt.ts';
import { createBriefs } from './briefs.ts';
import type { Keys } from './keys.ts';

export interface ReceiptQuery {
  /** how many at most; 50 if left out */
  readonly limit?: number | undefined;
  /** `next` of the page before */
  readonly cursor?: string | undefined;
  readonly state?: ReceiptState | undefined;
  readonly path?: string | undefined;
  /** pushed at or after this time */
  readonly since?: Date | undefined;
  /** whether the caller may see what happens at a path; all if left out */
  readonly isSeen?: ((path: string) => boolean) | undefined;
}

export interface ReceiptPage {
  /** newest push first; fewer than the limit where many had to be left out, though more may follow */
  readonly items: readonly Receipt[];
  /** null: the last page */
  readonly next: string | null;
}

export interface Receipts {
  /** Adds or replaces it. @throws E_TRANSPORT */
  save(receipt: Receipt): Promise<void>;
  /** @throws E_TRANSPORT */
  find(id: string): Promise<Receipt | null>;
  /** That of the path's newest push. @throws E_TRANSPORT */
  findLatest(path: string): Promise<Receipt | null>;
  /** @throws E_TRANSPORT */
  list(query: ReceiptQuery): Promise<ReceiptPage>;
  /** Those of these ids that are still kept, in their order. @throws E_TRANSPORT */
  findAll(ids: readonly string[]): Promise<Receipt[]>;
  /** What overviews need of every receipt, in any order. @throws E_TRANSPORT */
  listBriefs(): Promise<Brief[]>;
}

/** So many are read for a page at most. */
const MOST_READ = 2000;
/** The oldest above this many go, whatever their age: some 20 MB. */
const MOST_RECEIPTS = 10_000;
const DEFAULT_LIMIT = 50;

export function createReceipts(keys: Keys, keepMs: number, now: () => number): Receipts {
  const all = keys.of('receipts');
  const byState = (state: ReceiptState) => keys.of('receipts', state);
  const byPath = (path: string) => keys.of('receipts-of', path);
  const document = (id: string) => keys.of('receipt', id);
  const briefs = createBriefs(keys);

  /** What was pushed too long ago, and the oldest of too many. */
  const trim = async () => {
    const limit = now() - keepMs;
    const [surplus, old] = await keys.run((redis) =>
      Promise.all([redis.zrange(all, 0, `-${MOST_RECEIPTS + 1}`), redis.zrangebyscore(all, '-inf', limit)]),
    );
    await keys.transact((batch) => {
      briefs.remove(batch, [...surplus, ...old]);
      for (const index of [all, ...RECEIPT_STATES.map(byState)]) {
        batch.zremrangebyscore(index, '-inf', limit);
        if (surplus.length > 0) batch.zrem(index, ...surplus);
      }
      if (surplus.length > 0) batch.del(...surplus.map(document));
    });
  };

  const read = async (ids: readonly string[]): Promise<(Receipt | null)[]> => {
    if (ids.length === 0) return [];
    const texts = await keys.run((redis) => redis.mget(...ids.map(document)));
    return texts.map(parseReceipt);
  };

  const find = async (id: string) => (await read([id]))[0] ?? null;

  return {
    save: async (receipt) => {
      const pushedAt = Date.parse(receipt.pushedAt);
      await keys.transact((batch) => {
        batch.set(document(receipt.id), JSON.stringify(receipt), 'PX', keepMs);
        briefs.write(batch, briefOf(receipt));
        batch.zadd(all, pushedAt, receipt.id);
        batch.zadd(byPath(receipt.path), pushedAt, receipt.id);
        batch.zremrangebyscore(byPath(receipt.path), '-inf', now() - keepMs);
        batch.pexpire(byPath(receipt.path), keepMs);
        for (const state of RECEIPT_STATES) {
          if (state === receipt.state) batch.zadd(byState(state), pushedAt, receipt.id);
          else batch.zrem(byState(state), receipt.id);
        }
      });
      await trim();
    },
    find,
    findLatest: async (path) => {
      const [id] = await keys.run((redis) => redis.zrevrange(byPath(path), 0, 0));
      return id === undefined ? null : find(id);
    },
    list: async ({ limit = DEFAULT_LIMIT, cursor, state, path, since, isSeen = () => true }) => {
      const index = path !== undefined ? byPath(path) : state !== undefined ? byState(state) : all;
      const oldest = since?.getTime() ?? 0;
      const items: Receipt[] = [];
      const isWanted = (receipt: Receipt) => (state === undefined || receipt.state === state) && isSeen(receipt.path);
      let place = parseCursor(cursor);
      for (let count = 0; count < MOST_READ; count += limit) {
        const rows = await readBehind(keys, index, place, oldest, limit);
        const receipts = await read(rows.map(({ id }) => id));
        for (const [position, row] of rows.entries()) {
          if (items.length === limit) return { items, next: formatCursor(place) };
          const receipt = receipts[position];
          if (receipt && isWanted(receipt)) items.push(receipt);
          place = row;
        }
        if (rows.length < limit) return { items, next: null };
      }
      return { items, next: formatCursor(place) };
    },
    findAll: async (ids) => (await read(ids)).filter((receipt) => receipt !== null),
    listBriefs: () => briefs.list(),
  };
}

/** A place in an index: behind it come older ones, and at the same time those of a smaller id. */
interface Place {
  readonly pushedAt: number;
  readonly id: string;
}

/** Up to `limit` rows behind the place; null: from the newest on. */
async function readBehind(
  keys: Keys,
  index: string,
  place: Place | null,
  oldest: number,
  limit: number,
): Promise<Place[]> {
  const rows: Place[] = [];
  for (let offset = 0; rows.length < limit; ) {
    const flat = await keys.run((redis) =>
      redis.zrevrangebyscore(index, place?.pushedAt ?? '+inf', oldest, 'WITHSCORES', 'LIMIT', offset, limit),
    );
    for (let i = 0; i < flat.length; i += 2) {
      const row = { id: flat[i] ?? '', pushedAt: Number(flat[i + 1]) };
      if (place === null || row.pushedAt < place.pushedAt || row.id < place.id) rows.push(row);
    }
    if (flat.length < 2 * limit) break;
    offset += limit;
  }
  return rows.slice(0, limit);
}

function formatCursor(place: Place | null): string | null {
  return place && Buffer.from(`${place.pushedAt} ${place.id}`).toString('base64url');
}

/** A cursor that somebody made up starts anywhere, which harms nobody. */
function parseCursor(cursor: string | undefined): Place | null {
  if (cursor === undefined) return null;
  const [pushedAt, id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  return { pushedAt: Number(pushedAt) || 0, id };
}

/** Null when it ended meanwhile or another version of the program wrote it. */
function parseReceipt(text: string | null): Receipt | null {
  const value: unknown = text === null ? null : JSON.parse(text);
  return isReceipt(value) ? value : null;
}

function isReceipt(value: unknown): value is Receipt {
  return typeof value === 'object' && value !== null && 'schemaVersion' in value && value.schemaVersion === 1;
}
