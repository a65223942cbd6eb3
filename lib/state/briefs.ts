/**
 * Briefs of all receipts: a hash in Redis, and a copy in memory that a log of changes keeps up to date. Pages ask for all
 * of them, and to read ten thousand each time costs more than everything else on the page.
 */
import type { ChainableCommander, Cluster, Redis } from 'ioredis';
import type { Brief } from '../domain/brief.ts';
import { RECEIPT_STATES } from '../domain/receipt.ts';
import type { Keys } from './keys.ts';

/** Of every receipt that is kept. */
export interface Briefs {
  /** Within a transaction that saves the receipt. */
  write(batch: ChainableCommander, brief: Brief): void;
  /** Within a transaction that removes the receipts. */
  remove(batch: ChainableCommander, ids: readonly string[]): void;
  /** All of them, in any order. @throws E_TRANSPORT */
  list(): Promise<Brief[]>;
}

/** Some half a megabyte; a copy that is further behind is read anew. */
const MOST_CHANGES = 5000;
/** In the log: the receipt is gone. */
const GONE = '';

/** Reads nothing until somebody asks for all. */
export function createBriefs(keys: Keys): Briefs {
  const hash = keys.of('receipts-in-brief');
  const changes = keys.of('receipts-changes');
  const copy = new Map<string, Brief>();
  /** place in the log up to which the copy is right; null: there is no copy */
  let seen: string | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const note = (batch: ChainableCommander, id: string, text: string): void => {
    batch.xadd(changes, 'MAXLEN', '~', MOST_CHANGES, '*', id, text);
  };
  const apply = (id: string, text: string): void => {
    const brief = parseBrief(text);
    if (brief) copy.set(id, brief);
    else copy.delete(id);
  };

  /** What changes meanwhile is seen again in the log. */
  const readAll = async (redis: Redis | Cluster): Promise<void> => {
    const [last] = await redis.xrevrange(changes, '+', '-', 'COUNT', 1);
    const all = await redis.hgetall(hash);
    copy.clear();
    for (const [id, text] of Object.entries(all)) apply(id, text);
    seen = last?.[0] ?? null;
  };

  const refresh = async (redis: Redis | Cluster): Promise<void> => {
    if (seen === null) return readAll(redis);
    const [known, ...fresh] = await redis.xrange(changes, seen, '+');
    // without the place where we were, there was more that is gone, or Redis lost everything
    if (known?.[0] !== seen) return readAll(redis);
    for (const [at, [id = '', text = GONE]] of fresh) {
      apply(id, text);
      seen = at;
    }
  };

  return {
    write: (batch, brief) => {
      const text = formatBrief(brief);
      batch.hset(hash, brief.id, text);
      note(batch, brief.id, text);
    },
    remove: (batch, ids) => {
      if (ids.length > 0) batch.hdel(hash, ...ids);
      for (const id of ids) note(batch, id, GONE);
    },
    list: async () => {
      const mine = turn.then(() => keys.run(refresh));
      turn = mine.catch(() => undefined); // the next one tries again
      await mine;
      return [...copy.values()];
    },
  };
}

/** As words, which ten thousand of are read in a moment. */
function formatBrief({ id, path, state, pushedAt, publishedMs }: Brief): string {
  return [state, pushedAt, publishedMs ?? '-', id, path].join(' ');
}

/** Null for what another version of the program wrote. */
function parseBrief(text: string): Brief | null {
  const [word, pushedAt, publishedMs, id, path] = text.split(' ');
  const state = RECEIPT_STATES.find((known) => known === word);
  if (state === undefined || id === undefined || path === undefined) return null;
  return { id, path, state, pushedAt: Number(pushedAt), publishedMs: publishedMs === '-' ? null : Number(publishedMs) };
}
