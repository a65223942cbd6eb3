/**
 * Check of the clocks: cursors, receipts and tokens compare times of several machines.
 */
import type { Config } from '../../config.ts';
import { BACKDATED_SECONDS } from '../../front/token.ts';
import { describeError } from '../../log.ts';
import { createAsk } from './ask.ts';
import { type Check, fail, ok, warn } from './finding.ts';

const SKEW_WARN_MS = 5000;
/** Pulp knows no leeway: beyond it, a token is not valid yet. */
const SKEW_FAIL_MS = BACKDATED_SECONDS * 1000;
const REMEDY = 'Set up time synchronization (chrony).';

/** Compares our clock with Katello's, and with Pulp's where it is another machine; to the second. */
export function checkClock({ katello, pulp, caFile }: Config, signal: AbortSignal): Check {
  const systems = [{ name: 'Katello', url: katello.url }];
  // on a unix socket it has our clock
  if (!pulp.url.isSocket) systems.push({ name: 'Pulp', url: new URL(pulp.url.baseUrl) });

  return async () => {
    const skews: { readonly name: string; readonly ms: number }[] = [];
    for (const { name, url } of systems) {
      const at = await readTime(url, caFile, signal).catch((error: unknown) => describeError(error));
      if (typeof at === 'string') return fail(`${name}'s clock is unknown: ${at}. First see to ${name}.`);
      skews.push({ name, ms: Date.now() - at });
    }

    const message = skews.map(({ name, ms }) => `${showSkew(ms)} ${name}'s clock`).join(', ');
    const worstMs = Math.max(...skews.map(({ ms }) => Math.abs(ms)));
    if (worstMs > SKEW_FAIL_MS) return fail(`${message}. Beyond ${BACKDATED_SECONDS} s Pulp takes no token. ${REMEDY}`);
    return worstMs > SKEW_WARN_MS ? warn(`${message}. ${REMEDY}`) : ok(message);
  };
}

/** The time that a web server believes it is, to the second, in epoch milliseconds. */
async function readTime(url: URL, caFile: string | null, signal: AbortSignal): Promise<number> {
  const { headers } = await createAsk(url, caFile, signal)(url.pathname, { method: 'HEAD' });
  const at = Date.parse(headers.date ?? '');
  if (Number.isNaN(at)) throw new Error(`${url.origin} does not tell its time`);
  return at;
}

function showSkew(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds === 0 ? '0 s off' : `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'}`;
}
