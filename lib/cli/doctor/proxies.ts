/**
 * Check of the smart proxies: who they are, whether they are synced, and what was synced last.
 */
import type { Clients } from '../../clients.ts';
import type { Config } from '../../config.ts';
import { type Check, ok, warn } from './finding.ts';

export function checkProxies(
  { proxies }: Pick<Clients, 'proxies'>,
  config: Pick<Config, 'katello' | 'proxySync'>,
  signal: AbortSignal,
): Check {
  return async () => {
    const listed = await proxies.listProxies(signal);
    const carriers = listed.filter(({ environmentIds }) => environmentIds.length > 0);
    const { hostname: primary } = config.katello.url;
    const mirrors = carriers.filter(({ name, url }) => name !== primary && hostOf(url) !== primary);
    if (mirrors.length === 0) return ok('none carries an environment');
    if (config.proxySync === 'off') return warn(`KPR_PROXY_SYNC=off: ${mirrors.length} are not synced after a push.`);
    if (!(await proxies.readAutoSync(signal))) {
      return warn(
        `${mirrors.length} are not synced after a push. Turn foreman_proxy_content_auto_sync on, or use kpr proxies sync.`,
      );
    }
    const failing = await listFailing(proxies, mirrors, signal);
    if (failing.length > 0) return warn(`last sync failed: ${failing.join('; ')}. See kpr proxies status.`);
    return ok(`${mirrors.length} carry environments`);
  };
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

async function listFailing(
  proxies: Clients['proxies'],
  mirrors: readonly { readonly id: number; readonly name: string }[],
  signal: AbortSignal,
): Promise<string[]> {
  const { syncs } = await proxies.readHistory(signal);
  return mirrors.flatMap(({ id, name }) => {
    const last = syncs.find(({ proxyId, state }) => proxyId === id && state !== 'running');
    return last?.state === 'failed' ? [`${name} (${last.error ?? 'unknown'})`] : [];
  });
}
