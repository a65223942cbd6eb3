/** The laboratory with a fault proxy in front of each server. */
import { type Lab, type LabOptions, startLab } from '../lab.ts';
import { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './proxy.ts';

export type ServerName = 'pulp' | 'katello';

export interface FaultyLab extends Lab {
  /** between the reactor and each server; Katello's own calls to Pulp and the pushes take the straight way */
  readonly proxies: Readonly<Record<ServerName, FaultProxy>>;
}

/** Clients as patient and as stubborn as in the daemon, but for the time that a silent server is waited for. */
const CLIENT = { maxRetries: 3, limits: { idleMs: 250 } };

/** Starts servers, proxies and reactor. */
export async function startFaultyLab(options: LabOptions, proxying: FaultProxyOptions = {}): Promise<FaultyLab> {
  const proxies = new Map<ServerName, FaultProxy>();
  const reach = async (name: ServerName, url: string): Promise<string> => {
    const proxy = await startFaultProxy(url, proxying);
    proxies.set(name, proxy);
    return proxy.url;
  };
  const lab = await startLab({ client: CLIENT, reach, ...options });
  const [pulp, katello] = [proxies.get('pulp'), proxies.get('katello')];
  if (!pulp || !katello) throw new Error('the lab reached its servers by no proxy');

  return {
    ...lab,
    proxies: { pulp, katello },
    async close() {
      await Promise.all([pulp.close(), katello.close()]);
      await lab.close();
    },
  };
}
