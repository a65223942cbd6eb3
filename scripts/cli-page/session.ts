/**
 * Runs command lines against a sandbox and keeps what a person would have seen.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Pushable } from '../../test/support/image/image.ts';
import type { Description } from '../../test/support/servers/sandbox/description.ts';
import { pushAs } from '../../test/support/servers/sandbox/push.ts';
import type { SandboxSite } from '../../test/support/servers/sandbox/site.ts';
import { until } from '../../test/support/until.ts';

export interface Session {
  /** a push path that nobody used before */
  readonly path: string;
  /** Runs `kpr` with these words; answers the prompt, what it printed, and its exit code where that is not 0. */
  readonly kpr: (...words: string[]) => Promise<string>;
  /** The same from another machine, as this user. */
  readonly kprAs: (login: string, ...words: string[]) => Promise<string>;
  /** A daemon of its own in these roles, from its start to its end. */
  readonly serve: (roles: string) => Promise<string>;
  readonly push: (tag: string, image: Pushable) => Promise<void>;
}

const STARTED = '"message":"started"';
const PATIENCE_MS = 20_000;

const BIN = new URL('../../dist/scripts/kpr.js', import.meta.url).pathname;

export function createSession(site: SandboxSite, description: Description): Session {
  const path = `acme/web/s${randomBytes(5).toString('hex')}`;
  const files = ['--env-file', join(site.dir, 'kpr.env')];

  const start = (words: readonly string[], env: Readonly<Record<string, string>>) => {
    const child = spawn(process.execPath, ['--', BIN, ...words], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seen = { text: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        seen.text += chunk.toString();
      });
    }
    return { child, seen };
  };
  const run = async (words: readonly string[], env: Readonly<Record<string, string>>, flags: readonly string[]) => {
    const { child, seen } = start([...words, ...flags], env);
    await once(child, 'close');
    const code = child.exitCode === 0 ? '' : `[exit ${child.exitCode}]\n`;
    return `${seen.text}${code}`;
  };
  const prompt = (words: readonly string[]) =>
    `$ kpr ${words.map((word) => (/^[\w@:./=,-]+$/.test(word) ? word : `'${word}'`)).join(' ')}\n`;

  return {
    path,
    kpr: async (...words) => `${prompt(words)}${await run(words, {}, files)}`,
    kprAs: async (login, ...words) => {
      const password = description.users.find((user) => user.login === login)?.password ?? '';
      const env = { KPR_URL: description.push.url, KPR_LOGIN: login, KPR_PASSWORD: password };
      const shown = prompt(words).replace(
        '$ ',
        `$ export KPR_URL=${env.KPR_URL} KPR_LOGIN=${login} KPR_PASSWORD=…\n$ `,
      );
      return `${shown}${await run(words, { ...env, KPR_CA_FILE: description.push.caFile }, [])}`;
    },
    serve: async (roles) => {
      const words = ['serve', '--roles', roles];
      const own = {
        KPR_STATE_DIR: join(site.dir, 'served'),
        KPR_LISTEN: '127.0.0.1:0',
        KPR_METRICS_LISTEN: '127.0.0.1:0',
      };
      const { child, seen } = start([...words, ...files], { ...own, REDIS_URL: '' });
      await until('a daemon that started', () => seen.text.includes(STARTED) || child.exitCode !== null, PATIENCE_MS);
      child.kill('SIGTERM');
      await once(child, 'close');
      return `${prompt(words)}${seen.text}[SIGTERM: exit ${child.exitCode}]\n`;
    },
    push: (tag, image) => pushAs(description, 'dev', { path, tag }, image),
  };
}
