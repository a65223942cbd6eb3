/** Whether a secret got to where it must not be. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { createApiClient, type Query } from '../../../lib/cli/api-client.ts';
import { PROJECT } from '../../support/servers/install.ts';
import type { Visit } from '../../support/visit.ts';
import type { Site } from './site.ts';

/** A place where people or programs can read. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** Secrets by what they are. */
export type Secrets = Readonly<Record<string, string>>;

const SEED = 'acme/web/seed';

/** Says of each secret where it stands, as it is or as one of the forms that it travels in. */
export function findLeaks(places: readonly Place[], secrets: Secrets): string[] {
  return places.flatMap(({ name, text: there }) =>
    Object.entries(secrets)
      .filter(([, secret]) => formsOf(secret).some((form) => there.includes(form)))
      .map(([what]) => `${what} in ${name}`),
  );
}

/** All places of a running site. */
export async function readPlaces({ world, heard, events }: Site, visit: Visit): Promise<Place[]> {
  const { site, reactor, redis, webServer } = world;
  const logOf = (name: string): Promise<string> => readFile(join(site.dir, 'log', `${name}.log`), 'utf8');
  const health = async (path: string) => (await fetch(`${reactor.metricsUrl}${path}`)).text();
  const texts: Record<string, string> = {
    "the daemon's log": await logOf('reactor'),
    "the log of Pulp's second API": await logOf('pulp-push-api'),
    "the web server's logs": await readAll(webServer.logDir),
    Redis: await dumpRedis(redis.url),
    metrics: await health('/metrics'),
    health: await health('/healthz?verbose'),
    "the daemon's API": await readApi(reactor.env['KPR_STATE_DIR'] ?? ''),
    'the pages': await readPages(visit),
    'what kpr prints': await readVerbs(reactor.env),
    events: events.join('\n'),
    answers: JSON.stringify(heard),
    'arguments of processes': await listArguments(),
  };
  return Object.entries(texts).map(([name, there]) => ({ name, text: there }));
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64, bytes.toString('base64url')];
}

async function readAll(dir: string): Promise<string> {
  const names = await readdir(dir);
  return (await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')))).join('\n');
}

/** Every key with its value. */
async function dumpRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const keys = await redis.keys('*');
    const values = await Promise.all(keys.map((key) => readValue(redis, key)));
    return JSON.stringify(keys.map((key, index) => [key, values[index]]));
  } finally {
    await redis.quit();
  }
}

async function readValue(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '-inf', '+inf', 'BYSCORE');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return redis.get(key);
  }
}

async function readApi(stateDir: string): Promise<string> {
  const client = createApiClient(
    { stateDir, url: null, login: null, password: null, caFile: null },
    AbortSignal.timeout(10_000),
  );
  const all = { limit: '500' };
  const questions: readonly [string, Query][] = [
    ['status', {}],
    ['pushes', all],
    ['orphans', all],
    ['proxies', all],
    ['queues', {}],
    ['notifications', all],
    ['plan', { path: SEED }],
    ['explain', { path: SEED }],
  ];
  const answers = [];
  for (const [path, query] of questions) answers.push(await client.get(path, query, z.unknown()));
  return JSON.stringify(answers);
}

async function readPages(visit: Visit): Promise<string> {
  const pages = [
    '/',
    '/pushes',
    '/proxies',
    '/orphans',
    '/queues',
    '/queues/api/queues?activeQueue=reconcile&status=completed',
  ];
  return (await Promise.all(pages.map((page) => visit.get(page)))).join('\n');
}

/** Both streams of verbs that read, run as root would on the daemon's host. */
async function readVerbs(env: Readonly<Record<string, string>>): Promise<string> {
  const verbs = [
    ['status'],
    ['status', '-o', 'json'],
    ['status', SEED],
    ['explain', SEED],
    ['plan', SEED],
    ['proxies', 'status'],
    ['orphans', 'list'],
    ['queue', 'stats'],
    ['doctor'],
    ['keys', 'show'],
    ['--help'],
  ];
  const texts = [];
  for (const verb of verbs) texts.push(await runVerb(verb, env));
  return texts.join('\n');
}

async function runVerb(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(PROJECT, 'dist', 'scripts', 'kpr.js');
  const child = spawn(process.execPath, ['--', bin, ...args], { env: { PATH: process.env['PATH'], ...env } });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return `${args.join(' ')}\n${stdout}${stderr}`;
}

/** What `ps` shows of every process of this machine. */
async function listArguments(): Promise<string> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.map((line) => line.replaceAll('\0', ' ')).join('\n');
}
