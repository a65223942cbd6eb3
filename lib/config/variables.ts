/**
 * The variables: names, values that are allowed, defaults. `.env.example` lists the same.
 */
import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { isPrefix } from '../domain/path.ts';
import * as value from './values.ts';

export const ROLES = ['detector', 'worker', 'front', 'dashboard'] as const;

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

/** Values in force while a variable is not set, as a person would write them. */
export const DEFAULTS: Readonly<Record<string, string>> = {
  KPR_STATE_DIR: '/var/lib/kpr',
  KPR_PATH_PREFIX: 'kpr.push',
  KPR_TOKEN_SECONDS: '300',
  KPR_TOKEN_CACHE_SECONDS: '30',
  KPR_POLL_ACTIVE_SECONDS: '0.5',
  KPR_POLL_IDLE_SECONDS: '2',
  KPR_SUPERSEDED: 'auto',
  KPR_CONCURRENCY: '4',
  KPR_PUSH_PRODUCT: 'Container Push',
  KPR_PUSH_PRODUCT_CREATE: 'true',
  KPR_PROXY_SYNC: 'auto',
  KPR_ORPHAN_QUARANTINE_HOURS: '24',
  KPR_ORPHAN_LIMIT: '10',
  KPR_ACCEPT_CLEANUP: 'false',
  KPR_REDIS_PREFIX: '{kpr}',
  KPR_ROLES: ROLES.join(','),
  KPR_LISTEN: '127.0.0.1:24900',
  KPR_METRICS_LISTEN: '127.0.0.1:24901',
  KPR_SESSION_HOURS: '8',
  KPR_RECEIPT_DAYS: '90',
  KPR_LOG_LEVEL: 'info',
};

/** What the command line needs to reach a daemon. */
export const ClientVariables = z.object({
  KPR_STATE_DIR: value.file,
  KPR_URL: value.webUrl.optional(),
  KPR_LOGIN: value.text.optional(),
  KPR_CA_FILE: value.file.optional(),
});

/** What the keys of the tokens need, before anything else is configured. */
export const KeyVariables = z.object({
  KPR_STATE_DIR: value.file,
  KPR_PUBLIC_URL: value.originUrl.optional(),
});

export const Variables = z.object({
  ...ClientVariables.shape,
  KPR_PUBLIC_URL: value.originUrl,
  KPR_PULP_URL: value.pulpUrl,
  KPR_KATELLO_URL: value.originUrl,
  KPR_KATELLO_LOGIN: value.text,
  KPR_POLICY: value.choice(['full', 'keep-orphans', 'create-only']), // no default: it may delete
  KPR_PULP_REMOTE_USER: value.text.optional(),
  KPR_PULP_CERT_FILE: value.file.optional(),
  KPR_PULP_KEY_FILE: value.file.optional(),
  KPR_PULP_LOGIN: value.text.optional(),
  KPR_REGISTRY_HOSTS: value.list.pipe(z.array(value.registryHost).min(1, 'must name a host')).optional(),
  KPR_PATH_PREFIX: z.string().refine(isPrefix, 'must be one lower-case segment of a container name, with a dot in it'),
  KPR_TOKEN_SUBJECT: value.text.optional(),
  KPR_TOKEN_SECONDS: value.integer(60, 3600),
  KPR_TOKEN_CACHE_SECONDS: value.duration(SECOND_MS, 0, 300),
  KPR_POLL_ACTIVE_SECONDS: value.duration(SECOND_MS, 0.2, 300),
  KPR_POLL_IDLE_SECONDS: value.duration(SECOND_MS, 0.2, 300),
  KPR_POLL_OVERLAP_SECONDS: value.duration(SECOND_MS, 1, 600).optional(),
  KPR_SUPERSEDED: value.choice(['auto', 'keep', 'remove']),
  KPR_CONCURRENCY: value.integer(1, 64),
  KPR_ORGANIZATIONS_ALLOW: value.list.optional(),
  KPR_ORGANIZATIONS_DENY: value.list.optional(),
  KPR_PUSH_PRODUCT: value.text,
  KPR_PUSH_PRODUCT_CREATE: value.flag,
  KPR_PROXY_SYNC: value.choice(['auto', 'off']),
  KPR_ORPHAN_QUARANTINE_HOURS: value.duration(HOUR_MS, 1, 720),
  KPR_ORPHAN_LIMIT: value.integer(1, 1000),
  KPR_ACCEPT_CLEANUP: value.flag,
  KPR_REDIS_PREFIX: z.string().regex(/^[\w{}.-]+$/, 'must hold only letters, digits and {}._-'),
  KPR_ROLES: value.list.pipe(z.array(value.choice(ROLES)).min(1, 'must name a role')),
  KPR_LISTEN: value.address,
  KPR_METRICS_LISTEN: value.address,
  KPR_SESSION_HOURS: value.duration(HOUR_MS, 1, 72),
  KPR_RECEIPT_DAYS: value.integer(1, 3650),
  KPR_LOG_LEVEL: value.choice(['error', 'warn', 'info', 'debug']),
  KPR_NOTIFY_URLS: value.list.pipe(z.array(value.webUrl).max(5, 'must be at most 5 URLs')).optional(),
});
export type Variables = z.infer<typeof Variables>;

const webhookSecret = z.string().regex(/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/, 'must be whsec_ and base64');

/** Secrets; each also comes as NAME_FILE or as a systemd credential. */
export const SECRETS = {
  KPR_KATELLO_PASSWORD: z.string(),
  KPR_PULP_PASSWORD: z.string(),
  KPR_TOKEN_KEY: z.string().refine(isP256Key, 'must be a private key on P-256, as PEM'),
  REDIS_URL: z
    .string()
    .regex(
      /^(?:rediss?:\/\/|unix:\/|redis\+(?:sentinel|cluster):\/\/)./,
      'must begin with redis://, rediss://, unix:/, redis+sentinel:// or redis+cluster://',
    ),
  KPR_HOOK_SECRET: webhookSecret,
  KPR_HOOK_TOKEN: z.string().min(32, 'must have at least 32 characters'),
  KPR_NOTIFY_SECRET: webhookSecret,
  KPR_PASSWORD: z.string(),
};
export type SecretName = keyof typeof SECRETS;
export const SECRET_NAMES = Object.keys(SECRETS).filter(isSecretName);

/** Every name once, without the _FILE forms of the secrets. */
export const VARIABLE_NAMES: readonly string[] = [...Object.keys(Variables.shape), ...SECRET_NAMES];

export function isSecretName(name: string): name is SecretName {
  return Object.hasOwn(SECRETS, name);
}

function isP256Key(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
