/**
 * The hosts that people push to, and how they are asked.
 */
import { randomUUID } from 'node:crypto';
import type { Config } from '../../config.ts';
import { type Ask, createAsk } from './ask.ts';
import { type Check, fail, ok } from './finding.ts';

export interface PushHost {
  /** host[:port] as clients type it */
  readonly host: string;
  readonly ask: Ask;
  /** a name that nothing is pushed at */
  readonly name: string;
}

/** What is wrong and what to do; null if nothing is. */
export type Problem = string | null;

/** Asks each host in turn, up to the first that has a problem. */
export function checkPushHosts(
  config: Config,
  signal: AbortSignal,
  good: string,
  examine: (host: PushHost) => Promise<Problem>,
): Check {
  const { registryHosts, roles } = config;
  return async () => {
    if (!roles.includes('front')) return ok('this daemon is no front');
    for (const host of registryHosts) {
      const problem = await examine({ host, ask: openHost(config, host, signal), name: `kpr-doctor/${randomUUID()}` });
      if (problem !== null) return fail(registryHosts.length > 1 ? `${host}: ${problem}` : problem);
    }
    return ok(good);
  };
}

/** Asks the host by this very name, a default port included. Without an answer it throws an Error that says what to do. */
export function openHost({ publicUrl, caFile }: Config, host: string, signal: AbortSignal): Ask {
  const origin = new URL(`${publicUrl.protocol}//${host}`);
  const ask = createAsk(origin, caFile, signal);
  return async (path, { method, headers } = {}) => {
    try {
      return await ask(path, { ...(method === undefined ? {} : { method }), headers: { host, ...headers } });
    } catch (error) {
      signal.throwIfAborted();
      throw new Error(`${origin.origin} ${describeSilence(error)}`, { cause: error });
    }
  };
}

function describeSilence(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|UNABLE_TO|SELF_SIGNED|ALTNAME/.test(code)
    ? 'is not trusted. Give it a certificate of its name, put the authority that made it into KPR_CA_FILE.'
    : 'does not answer. Start the web server there, or correct KPR_PUBLIC_URL and KPR_REGISTRY_HOSTS.';
}
