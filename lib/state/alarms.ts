/**
 * Alarms that last. One for each source and path: what is raised again keeps its beginning.
 */
import { z } from 'zod';
import type { Alarm } from '../domain/alarm.ts';
import { isAlarm } from '../domain/reason.ts';
import type { Keys } from './keys.ts';

export interface Alarms {
  /** True if it is new: none was raised by this source for this path, or another one. @throws E_TRANSPORT */
  raise(alarm: Alarm): Promise<boolean>;
  /** True if there was one. @throws E_TRANSPORT */
  clear(about: Pick<Alarm, 'source' | 'path'>): Promise<boolean>;
  /** The oldest first. @throws E_TRANSPORT */
  list(): Promise<Alarm[]>;
}

const Stored = z.object({
  alarm: z.custom<Alarm['alarm']>((value) => typeof value === 'string' && isAlarm(value)),
  source: z.enum(['run', 'overdue', 'orphans']),
  path: z.string().nullable(),
  since: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
});

/** Whatever nobody raises again is not remembered for ever. */
const KEPT_MS = 30 * 86_400_000;

export function createAlarms(keys: Keys): Alarms {
  const key = keys.of('alarms');
  const fieldOf = ({ source, path }: Pick<Alarm, 'source' | 'path'>) => `${source} ${path ?? ''}`;

  return {
    raise: async (alarm) => {
      const field = fieldOf(alarm);
      const before = parse(await keys.run((redis) => redis.hget(key, field)));
      const isNew = before?.alarm !== alarm.alarm;
      const kept = before && !isNew ? { ...alarm, since: before.since } : alarm;
      await keys.transact((batch) => batch.hset(key, field, JSON.stringify(kept)).pexpire(key, KEPT_MS));
      return isNew;
    },
    clear: async (about) => (await keys.run((redis) => redis.hdel(key, fieldOf(about)))) > 0,
    list: async () => {
      const texts = await keys.run((redis) => redis.hvals(key));
      return texts.flatMap((text) => parse(text) ?? []).toSorted((a, b) => (a.since < b.since ? -1 : 1));
    },
  };
}

/** Null for what another version wrote. */
function parse(text: string | null): Alarm | null {
  if (text === null) return null;
  const { data } = Stored.safeParse(JSON.parse(text));
  return data ?? null;
}
