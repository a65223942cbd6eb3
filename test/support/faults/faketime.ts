/** Another time of day for a process, by libfaketime (Debian's package of that name). */
import { existsSync, readdirSync } from 'node:fs';
import type { Need } from '../servers/install.ts';

export const FAKETIME: Need = { apt: 'libfaketime', isThere: async () => findFaketime() !== null };

const LIBRARIES = '/usr/lib';

/** Path of the library, or null where it is not installed. */
export function findFaketime(): string | null {
  if (!existsSync(LIBRARIES)) return null;
  const places = readdirSync(LIBRARIES).map((name) => `${LIBRARIES}/${name}/faketime/libfaketimeMT.so.1`);
  return places.find((place) => existsSync(place)) ?? null;
}

/**
 * Environment of a process whose clock is off by this much; how time passes stays as it is.
 *
 * @param offset such as `+1h`, `-1h`
 */
export function clockOf(offset: string): Record<string, string> {
  return { LD_PRELOAD: findFaketime() ?? '', FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
