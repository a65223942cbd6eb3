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

export interface Session {
  /** a push path that nobody used before */
  readonly path: string;
  /** Runs `kpr` with these words; answers the prompt, what it printed, and its exit code where that is not 0. */
  readonly kpr: (...words: string[]) => Promise<string>;
  /** The same from another machine, as this user. */
  readonly kprAs: (login: string, ...words: string[]) => Promise<string>;
  readonly push: (tag: string, image: Pushable) => Promise<void>;
}

const BIN = new URL('../../dist/scripts/kpr.js', import.meta.url).pathname;

export function createSession(site: SandboxSite, description: Description): Session {
  const path = `acme/web/s${randomBytes(5).toString('hex')}`;
  const files = ['--env-file', join(site.dir, 'kpr.env')];

  const run = async (words: readonly string[], env: Readonly<Record<string, string>>, flags: readonly string[]) => {
    const child = spawn(process.execPath, ['--', BIN, ...words, ...flags], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let seen = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
      });
    }
    await once(child, 'close');
    const code = child.exitCode === 0 ? '' : `[exit ${child.exitCode}]\n`;
    return `${seen}${code}`;
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
    push: (tag, image) => pushAs(description, 'dev', { path, tag }, image),
  };
}
