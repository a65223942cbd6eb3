/**
 * The question whether a system is there: calls that need the account, read nothing large, and tell the version.
 */
import type { Clients } from '../clients.ts';
import type { Upstream } from '../upstreams.ts';

/** @throws E_TRANSPORT, E_HTTP_STATUS, E_AUTH, E_RESPONSE_SHAPE */
export function createProbes({
  pulp,
  katello,
}: Pick<Clients, 'pulp' | 'katello'>): Record<Upstream, (signal: AbortSignal) => Promise<string>> {
  return {
    pulp: async (signal) => {
      await pulp.listRecentRepositories(signal).next();
      const { versions } = await pulp.readStatus(signal);
      return versions.find(({ component }) => component === 'core')?.version ?? 'unknown';
    },
    katello: async (signal) => {
      await katello.readCurrentUser(signal);
      return katello.readVersion(signal);
    },
  };
}
