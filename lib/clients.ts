/**
 * Pulp and Katello as the configuration says: address, account, certificates.
 */

import { openSecret, type Secret } from './config/secret.ts';
import type { Config, PulpAuth } from './config.ts';
import { ConfigError, type System } from './errors.ts';
import { createHttpClient } from './http/client.ts';
import type { Credentials } from './http/credentials.ts';
import { createKatello } from './katello/endpoints.ts';
import type { Katello } from './katello/katello.ts';
import { createKatelloProxies, type KatelloProxies } from './katello/proxies.ts';
import { createProxyRegistries, type ProxyRegistries } from './katello/proxy-registry.ts';
import { createKatelloUsers, type KatelloUsers } from './katello/users.ts';
import { createPulp } from './pulp/endpoints.ts';
import type { Pulp } from './pulp/pulp.ts';

export interface Clients {
  readonly pulp: Pulp;
  readonly katello: Katello;
  /** smart proxies, by the reactor's account */
  readonly proxies: KatelloProxies;
  /** the registries of the smart proxies, without a login */
  readonly registries: ProxyRegistries;
  /** asks as a user, with the user's own password; repeats nothing */
  readonly users: KatelloUsers;
}

export interface ClientOptions {
  readonly version: string;
  /** how often a call is repeated when that is safe [3] */
  readonly maxRetries?: number;
  readonly log?: (message: string, fields: object) => void;
  /** counts requests by the reactor's own account; `status` is null without an answer */
  readonly onRequest?: (system: System, status: number | null) => void;
  /** the same of requests as a user: a person's wrong password says nothing of ours */
  readonly onUserRequest?: (system: System, status: number | null) => void;
}

/** A smart proxy that is slow to answer holds up what is known of it, and nothing else. */
const PROXY_LIMITS = { connectMs: 5000, idleMs: 10_000 };

/**
 * Asks nothing yet.
 *
 * @throws E_CONFIG when a certificate cannot be read
 */
export function createClients({ pulp, katello, caFile, proxySync }: Config, options: ClientOptions): Clients {
  const ca = caFile === null ? null : openFile('KPR_CA_FILE', caFile);
  const common = {
    userAgent: `kpr/${options.version}`,
    ca: () => (ca === null ? [] : [ca.reveal()]),
    maxRetries: options.maxRetries,
    log: options.log,
  };
  const { login, password } = katello;
  const { onRequest, onUserRequest } = options;
  const toKatello = { ...common, system: 'katello', baseUrl: katello.url.href } as const;
  const katelloClient = createHttpClient({
    ...toKatello,
    onRequest,
    credentials: () => ({ kind: 'basic', login, password: password.reveal() }),
  });
  return {
    pulp: createPulp(
      createHttpClient({
        ...common,
        system: 'pulp',
        baseUrl: pulp.url.baseUrl,
        credentials: credentialsOf(pulp.auth),
        onRequest,
      }),
    ),
    katello: createKatello(katelloClient, { syncsProxies: proxySync === 'auto' }),
    proxies: createKatelloProxies(katelloClient),
    registries: createProxyRegistries((baseUrl) =>
      createHttpClient({
        ...common,
        system: 'katello',
        baseUrl,
        maxRetries: 0,
        limits: PROXY_LIMITS,
        credentials: () => ({ kind: 'none' }),
      }),
    ),
    users: createKatelloUsers(
      createHttpClient({
        ...toKatello,
        onRequest: onUserRequest,
        maxRetries: 0,
        credentials: () => ({ kind: 'none' }),
      }),
    ),
  };
}

function credentialsOf(auth: PulpAuth): () => Credentials {
  switch (auth.kind) {
    case 'remote-user':
      return () => auth;
    case 'basic':
      return () => ({ kind: 'basic', login: auth.login, password: auth.password.reveal() });
    case 'certificate': {
      const cert = openFile('KPR_PULP_CERT_FILE', auth.certFile);
      const key = openFile('KPR_PULP_KEY_FILE', auth.keyFile);
      return () => ({ kind: 'certificate', cert: cert.reveal(), key: key.reveal() });
    }
    default:
      return auth satisfies never;
  }
}

/** Followed like a secret: read again when it changes. */
function openFile(name: string, file: string): Secret {
  try {
    return openSecret(file);
  } catch (error) {
    throw new ConfigError(`${name}: ${file} cannot be read`, { cause: error });
  }
}
