/**
 * Check of Katello's own push, which makes repositories that kpr neither fills nor touches.
 */
import type { Config } from '../../config.ts';
import { isNativePush } from '../../domain/match.ts';
import type { Katello } from '../../katello/katello.ts';
import { type Check, ok, warn } from './finding.ts';

/** First version whose registry takes pushes. */
const FIRST_MAJOR = 4;
const FIRST_MINOR = 13;
const MOST_NAMED = 3;

export function checkNativePush(
  katello: Pick<Katello, 'readVersion' | 'listAllRepositories'>,
  { katello: { url } }: { readonly katello: Pick<Config['katello'], 'url'> },
  signal: AbortSignal,
): Check {
  return async () => {
    const version = await katello.readVersion(signal);
    if (!hasPush(version)) return ok(`Katello ${version} has no push of its own`);
    const made = (await katello.listAllRepositories(signal)).filter(isNativePush);
    if (made.length === 0) return ok(`Katello ${version} has a push of its own, which nobody uses`);
    const names = made.slice(0, MOST_NAMED).map(({ container_repository_name: name }) => name ?? '?');
    const others = made.length > MOST_NAMED ? ` and ${made.length - MOST_NAMED} more` : '';
    return warn(`Katello's own push made ${names.join(', ')}${others}. Push to ${url.host} there, kpr refuses.`);
  };
}

function hasPush(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > FIRST_MAJOR || (Number(major) === FIRST_MAJOR && Number(minor) >= FIRST_MINOR);
}
