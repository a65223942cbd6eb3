/**
 * Every name that a person can set, read once at start.
 */
import type { z } from 'zod';
import type { Environment } from './config/environment.ts';
import type { Secret } from './config/secret.ts';
import { isGiven, loadSecret, loadSecrets, type Secrets } from './config/secrets.ts';
import { findUnknown } from './config/unknown.ts';
import type { Address, PulpUrl } from './config/values.ts';
import {
  ClientVariables,
  DEFAULTS,
  isSecretName,
  KeyVariables,
  type ROLES,
  VARIABLE_NAMES,
  Variables,
} from './config/variables.ts';
import { ConfigError } from './errors.ts';

export type { Environment } from './config/environment.ts';
export type { Secret } from './config/secret.ts';
export { type Address, isLoopback, type PulpUrl } from './config/values.ts';
export type Role = (typeof ROLES)[number];

/** How the reactor shows itself to Pulp. */
export type PulpAuth =
  | { readonly kind: 'remote-user'; readonly user: string }
  | { readonly kind: 'certificate'; readonly certFile: string; readonly keyFile: string }
  | { readonly kind: 'basic'; readonly login: string; readonly password: Secret };

export interface Config {
  readonly stateDir: string;
  readonly publicUrl: URL;
  readonly pulp: { readonly url: PulpUrl; readonly auth: PulpAuth };
  readonly katello: { readonly url: URL; readonly login: string; readonly password: Secret };
  readonly caFile: string | null;
  readonly policy: Variables['KPR_POLICY'];
  readonly pathPrefix: string;
  /** values allowed in a token's `aud` */
  readonly registryHosts: readonly string[];
  /** `key` null: the file token.key in the state directory; `subject` null: anonymous */
  readonly token: {
    readonly key: Secret | null;
    readonly subject: string | null;
    readonly seconds: number;
    readonly cacheMs: number;
  };
  /** `overlapMs` null: chosen by Pulp's version */
  readonly poll: { readonly activeMs: number; readonly idleMs: number; readonly overlapMs: number | null };
  readonly superseded: Variables['KPR_SUPERSEDED'];
  readonly concurrency: number;
  /** labels in lower case; an empty allow list allows all */
  readonly organizations: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly pushProduct: { readonly name: string; readonly mayCreate: boolean };
  readonly proxySync: Variables['KPR_PROXY_SYNC'];
  readonly orphans: { readonly quarantineMs: number; readonly limit: number };
  readonly acceptsCleanup: boolean;
  /** `url` null: an embedded server in the state directory */
  readonly redis: { readonly url: Secret | null; readonly prefix: string };
  readonly roles: readonly Role[];
  readonly listen: Address;
  readonly metricsListen: Address;
  readonly sessionMs: number;
  readonly receiptDays: number;
  readonly logLevel: Variables['KPR_LOG_LEVEL'];
  readonly hooks: { readonly secret: Secret | null; readonly token: Secret | null };
  readonly notify: { readonly urls: readonly URL[]; readonly secret: Secret | null };
  /** every secret that is set, to keep them out of the log */
  readonly secrets: readonly Secret[];
}

/** What the command line needs to reach a daemon; `url` null: the daemon on this machine, by its socket. */
export interface ClientConfig {
  readonly stateDir: string;
  readonly url: URL | null;
  readonly login: string | null;
  readonly password: Secret | null;
  /** further authorities that may have made the daemon's certificate */
  readonly caFile: string | null;
}

/** What concerns the keys of the tokens; `key` null: the file token.key in the state directory. */
export interface KeyConfig {
  readonly stateDir: string;
  readonly key: Secret | null;
  readonly publicUrl: URL | null;
}

/** @throws E_CONFIG naming every bad variable, a line each */
export function loadConfig(env: Environment): Config {
  const problems = findUnknown(env);
  const secrets = loadSecrets(env, problems);
  if (!isGiven('KPR_KATELLO_PASSWORD', env)) problems.push('KPR_KATELLO_PASSWORD: is required');
  const variables = parse(Variables, env, problems);
  if (variables) problems.push(...findContradictions(variables, env));
  const katelloPassword = secrets.get('KPR_KATELLO_PASSWORD');
  if (!variables || !katelloPassword || problems.length > 0) throw new ConfigError(problems.join('\n'));
  return toConfig(variables, secrets, katelloPassword);
}

/** @throws E_CONFIG naming every bad one of the few variables that the command line needs */
export function loadClientConfig(env: Environment): ClientConfig {
  const problems: string[] = [];
  const password = loadSecret('KPR_PASSWORD', env, problems);
  const variables = parse(ClientVariables, env, problems);
  if (!variables || problems.length > 0) throw new ConfigError(problems.join('\n'));
  const {
    KPR_STATE_DIR: stateDir,
    KPR_URL: url = null,
    KPR_LOGIN: login = null,
    KPR_CA_FILE: caFile = null,
  } = variables;
  return { stateDir, url, login, password, caFile };
}

/** @throws E_CONFIG naming every bad one of the few variables that concern the keys of the tokens */
export function loadKeyConfig(env: Environment): KeyConfig {
  const problems: string[] = [];
  const key = loadSecret('KPR_TOKEN_KEY', env, problems);
  const variables = parse(KeyVariables, env, problems);
  if (!variables || problems.length > 0) throw new ConfigError(problems.join('\n'));
  const { KPR_STATE_DIR: stateDir, KPR_PUBLIC_URL: publicUrl = null } = variables;
  return { stateDir, key, publicUrl };
}

/** Every variable with the value in force; secrets as `***`, unset ones left out. */
export function describeConfig(env: Environment): { name: string; value: string; isDefault: boolean }[] {
  const values = withDefaults(env);
  return VARIABLE_NAMES.flatMap((name) => {
    if (isSecretName(name)) return isGiven(name, env) ? [{ name, value: '***', isDefault: false }] : [];
    const value = values[name];
    return value === undefined ? [] : [{ name, value, isDefault: !env[name] }];
  });
}

function toConfig(v: Variables, secrets: Secrets, katelloPassword: Secret): Config {
  return {
    stateDir: v.KPR_STATE_DIR,
    publicUrl: v.KPR_PUBLIC_URL,
    pulp: { url: v.KPR_PULP_URL, auth: pulpAuth(v, secrets.get('KPR_PULP_PASSWORD')) },
    katello: { url: v.KPR_KATELLO_URL, login: v.KPR_KATELLO_LOGIN, password: katelloPassword },
    caFile: v.KPR_CA_FILE ?? null,
    policy: v.KPR_POLICY,
    pathPrefix: v.KPR_PATH_PREFIX,
    registryHosts: v.KPR_REGISTRY_HOSTS ?? [v.KPR_PUBLIC_URL.host],
    token: {
      key: secrets.get('KPR_TOKEN_KEY') ?? null,
      subject: v.KPR_TOKEN_SUBJECT ?? null,
      seconds: v.KPR_TOKEN_SECONDS,
      cacheMs: v.KPR_TOKEN_CACHE_SECONDS,
    },
    poll: {
      activeMs: v.KPR_POLL_ACTIVE_SECONDS,
      idleMs: v.KPR_POLL_IDLE_SECONDS,
      overlapMs: v.KPR_POLL_OVERLAP_SECONDS ?? null,
    },
    superseded: v.KPR_SUPERSEDED,
    concurrency: v.KPR_CONCURRENCY,
    organizations: { allow: fold(v.KPR_ORGANIZATIONS_ALLOW), deny: fold(v.KPR_ORGANIZATIONS_DENY) },
    pushProduct: { name: v.KPR_PUSH_PRODUCT, mayCreate: v.KPR_PUSH_PRODUCT_CREATE },
    proxySync: v.KPR_PROXY_SYNC,
    orphans: { quarantineMs: v.KPR_ORPHAN_QUARANTINE_HOURS, limit: v.KPR_ORPHAN_LIMIT },
    acceptsCleanup: v.KPR_ACCEPT_CLEANUP,
    redis: { url: secrets.get('REDIS_URL') ?? null, prefix: v.KPR_REDIS_PREFIX },
    roles: v.KPR_ROLES,
    listen: v.KPR_LISTEN,
    metricsListen: v.KPR_METRICS_LISTEN,
    sessionMs: v.KPR_SESSION_HOURS,
    receiptDays: v.KPR_RECEIPT_DAYS,
    logLevel: v.KPR_LOG_LEVEL,
    hooks: { secret: secrets.get('KPR_HOOK_SECRET') ?? null, token: secrets.get('KPR_HOOK_TOKEN') ?? null },
    notify: { urls: v.KPR_NOTIFY_URLS ?? [], secret: secrets.get('KPR_NOTIFY_SECRET') ?? null },
    secrets: [...secrets.values()],
  };
}

function pulpAuth(v: Variables, password: Secret | undefined): PulpAuth {
  if (v.KPR_PULP_CERT_FILE && v.KPR_PULP_KEY_FILE) {
    return { kind: 'certificate', certFile: v.KPR_PULP_CERT_FILE, keyFile: v.KPR_PULP_KEY_FILE };
  }
  if (v.KPR_PULP_LOGIN && password) return { kind: 'basic', login: v.KPR_PULP_LOGIN, password };
  return { kind: 'remote-user', user: v.KPR_PULP_REMOTE_USER ?? 'admin' };
}

/** What no variable can know by itself. */
function findContradictions(v: Variables, env: Environment): string[] {
  const problems: string[] = [];
  const isSet = (name: string) => (isSecretName(name) ? isGiven(name, env) : Boolean(env[name]));
  for (const [a, b] of [
    ['KPR_PULP_CERT_FILE', 'KPR_PULP_KEY_FILE'],
    ['KPR_PULP_LOGIN', 'KPR_PULP_PASSWORD'],
    ['KPR_NOTIFY_URLS', 'KPR_NOTIFY_SECRET'],
  ] as const) {
    if (isSet(a) && !isSet(b)) problems.push(`${b}: is required with ${a}`);
    if (isSet(b) && !isSet(a)) problems.push(`${a}: is required with ${b}`);
  }

  const ways = ['KPR_PULP_REMOTE_USER', 'KPR_PULP_CERT_FILE', 'KPR_PULP_LOGIN'];
  const chosen = ways.filter(isSet);
  if (chosen.length > 1) problems.push(`${chosen.join(', ')}: only one of them may be set`);
  if (chosen.length === 0 && !v.KPR_PULP_URL.isSocket) {
    problems.push(`${ways.join(', ')}: one of them is required, because KPR_PULP_URL is no unix socket`);
  }
  if (env['REDIS_URL']?.startsWith('redis+cluster:') && !/\{.+\}/.test(v.KPR_REDIS_PREFIX)) {
    problems.push('KPR_REDIS_PREFIX: Redis Cluster needs a part in braces');
  }
  return problems;
}

function parse<T extends z.ZodObject>(schema: T, env: Environment, problems: string[]): z.infer<T> | null {
  const values = withDefaults(env);
  const { data, error } = schema.safeParse(values);
  for (const { path, message } of error?.issues ?? []) {
    const name = String(path[0]);
    problems.push(`${name}: ${values[name] === undefined ? 'is required' : message}`);
  }
  return data ?? null;
}

/** An empty variable counts as not set. */
function withDefaults(env: Environment): Record<string, string | undefined> {
  return { ...DEFAULTS, ...Object.fromEntries(Object.entries(env).filter(([, text]) => text)) };
}

function fold(labels: readonly string[] = []): string[] {
  return labels.map((label) => label.toLowerCase());
}
