/**
 * The agents of a client. Connections are not kept: the server may close a kept one at the moment of a write, and then
 * nobody can tell whether the write arrived. TLS sessions are resumed, so a new connection stays cheap.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, rootCertificates } from 'node:tls';
import { ConfigError } from '../errors.ts';

/** PEM texts. Files are re-read by the caller, so each call may bring others. */
export interface TlsMaterial {
  /** certificate authorities to trust besides Node's own; empty: just those */
  readonly ca: readonly string[];
  readonly certificate: { readonly cert: string; readonly key: string } | null;
}

export interface Agents {
  /** true if http goes to a unix socket, whatever host the URL names */
  readonly isSocket: boolean;
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * A function that gives the agents for this material: the same ones until the material changes.
 *
 * @throws E_CONFIG when a PEM is unusable
 */
export function createConnections(socketPath: string | null): (material: TlsMaterial) => Agents {
  let current: { readonly key: string; readonly agents: Agents } | null = null;
  return (material) => {
    const key = JSON.stringify(material);
    if (current?.key !== key) current = { key, agents: createAgents(socketPath, material) };
    return current.agents;
  };
}

function createAgents(socketPath: string | null, { ca, certificate }: TlsMaterial): Agents {
  // without `ca` Node's own certificates are already parsed, and those of NODE_EXTRA_CA_CERTS are among them
  const trust = ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] };
  try {
    const secureContext = createSecureContext({ ...trust, ...certificate });
    return {
      isSocket: socketPath !== null,
      http: new HttpAgent({ keepAlive: false, ...(socketPath !== null && { socketPath }) }),
      https: new HttpsAgent({ keepAlive: false, secureContext }),
    };
  } catch {
    throw new ConfigError('the CA, client certificate or key is no usable PEM, or the two do not belong together');
  }
}
