/**
 * What a REDIS_URL says. Pure.
 */
import { ConfigError } from '../errors.ts';

interface Host {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly username: string | null;
  readonly password: string | null;
}

/** Where Redis is. */
export type RedisTarget =
  | ({ readonly kind: 'tcp'; readonly db: number; readonly isTls: boolean } & Host & Login)
  | { readonly kind: 'unix'; readonly path: string }
  | ({
      readonly kind: 'sentinel';
      readonly sentinels: readonly Host[];
      readonly name: string;
      readonly db: number;
    } & Login)
  | ({ readonly kind: 'cluster'; readonly nodes: readonly Host[] } & Login);

const FORMS =
  'redis://[USER:PASSWORD@]HOST[:PORT][/DB], rediss://…, unix:/PATH, redis+sentinel://HOST:PORT,…/NAME[/DB] or redis+cluster://HOST:PORT,…';

/**
 * Reads any form of REDIS_URL; user and password may stand before the hosts in each but unix:.
 *
 * @throws E_CONFIG without repeating the text, since it may hold a password
 */
export function parseRedisUrl(text: string): RedisTarget {
  const target = parseUnix(text) ?? parseTcp(text) ?? parseMany(text);
  if (target === null) throw new ConfigError(`REDIS_URL: must be ${FORMS}`);
  return target;
}

function parseUnix(text: string): RedisTarget | null {
  const [, path] = /^unix:(\/.+)$/.exec(text) ?? [];
  return path === undefined ? null : { kind: 'unix', path };
}

function parseTcp(text: string): RedisTarget | null {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const db = parseDb(url.pathname.slice(1));
  if (db === null || url.hostname === '' || url.search !== '' || url.hash !== '') return null;
  return {
    kind: 'tcp',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    db,
    isTls: url.protocol === 'rediss:',
    ...readLogin(url.username, url.password),
  };
}

function parseMany(text: string): RedisTarget | null {
  const [, kind, user = '', password = '', list = '', path = ''] =
    /^redis\+(sentinel|cluster):\/\/(?:([^:@/]*):?([^@/]*)@)?([^/@]+)(\/.*)?$/.exec(text) ?? [];
  const hosts = list.split(',').map(parseHost);
  const nodes = hosts.filter((host) => host !== null);
  if (nodes.length === 0 || nodes.length < hosts.length) return null;
  if (kind === 'cluster') return path === '' || path === '/' ? { kind, nodes, ...readLogin(user, password) } : null;

  const [, name, number = ''] = /^\/([^/]+)(?:\/(\d*))?$/.exec(path) ?? [];
  const db = parseDb(number);
  if (kind !== 'sentinel' || name === undefined || db === null) return null;
  return { kind, sentinels: nodes, name, db, ...readLogin(user, password) };
}

function parseHost(text: string): Host | null {
  const [, six, host = six, port] = /^(?:\[([\da-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  return host !== undefined && Number(port) < 65_536 ? { host, port: Number(port) } : null;
}

function parseDb(text: string): number | null {
  return /^\d{0,4}$/.test(text) ? Number(text) : null;
}

function readLogin(user: string, password: string): Login {
  return { username: decode(user), password: decode(password) };
}

function decode(text: string): string | null {
  try {
    return text === '' ? null : decodeURIComponent(text);
  } catch {
    return text; // a stray % stands for itself
  }
}
