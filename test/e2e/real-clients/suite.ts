/** The clients of this machine, ready to work, and what they did. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runCommand } from '../../support/servers/command.ts';
import { serverEnvironment } from '../../support/servers/environment.ts';
import type { Account } from '../../support/servers/katello.ts';
import { ServerProblem } from '../../support/servers/problem.ts';
import type { Bench, Client, OpenClient, Outcome, Room, Session } from './client.ts';
import { createLayouts } from './layouts.ts';
import { findProgram } from './programs.ts';
import type { PushSite } from './push-site.ts';
import type { Trial } from './scenario.ts';

/** A client that was looked for. */
export type Entry =
  | { readonly isFound: true; readonly client: Client; readonly version: string; readonly trial: Trial }
  | { readonly isFound: false; readonly client: Client; readonly reason: string };

export interface Suite {
  readonly entries: readonly Entry[];
  close(): Promise<void>;
}

/** No command takes longer, but for one whose upload is held back. */
const COMMAND_MS = 240_000;

/** Finds each client and starts what it needs; one that cannot be had is an entry with the reason. */
export async function openSuite(clients: readonly Client[], site: PushSite): Promise<Suite> {
  // podman takes no run directory over 50 characters, and makes an image name of a layout's, which has no capitals.
  const dir = join(tmpdir(), `kpr-${randomBytes(4).toString('hex')}`);
  const opened: OpenClient[] = [];
  const entries: Entry[] = [];
  const layoutOf = createLayouts(join(dir, 'layouts'));
  for (const client of clients) {
    try {
      const { path, version } = await find(client);
      const bench = {
        ...(await createRoom(join(dir, client.name), path, site)),
        registry: site.registry,
        caFile: site.caFile,
        layoutOf,
      };
      const open = await client.open(bench);
      opened.push(open);
      entries.push({ isFound: true, client, version, trial: createTrial(client, open, { bench, path, site }) });
    } catch (error) {
      if (!(error instanceof ServerProblem)) throw error;
      entries.push({ isFound: false, client, reason: error.message.replaceAll('\n', ' ') });
    }
  }
  const close = async (): Promise<void> => {
    for (const open of opened) await open.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { entries, close };
}

/** @throws ServerProblem with the reason why there is none */
async function find({ programs, versionArgs }: Client): Promise<{ path: string; version: string }> {
  const dirs: string[] = [];
  for (const [program, source] of Object.entries(programs)) dirs.push(await findProgram(program, source));
  const path = [...new Set(dirs), process.env['PATH'] ?? ''].join(delimiter);
  const [first = ''] = Object.keys(programs);
  const output = await runCommand(first, versionArgs, { env: serverEnvironment({ PATH: path }) });
  return { path, version: /\d+\.\d+\.\d+[^\s,]*/.exec(output)?.[0] ?? output.trim() };
}

async function createRoom(dir: string, path: string, { caFile }: PushSite): Promise<Room> {
  await mkdir(dir, { recursive: true });
  const env = {
    PATH: path,
    HOME: dir,
    XDG_RUNTIME_DIR: dir,
    REGISTRY_AUTH_FILE: join(dir, 'auth.json'),
    // Clients in Go take it as the system's.
    SSL_CERT_FILE: caFile,
  };
  return {
    dir,
    env,
    run: (program, args, input) => run(program, args, { env, ...(input !== undefined && { input }) }),
  };
}

async function run(
  program: string,
  args: readonly string[],
  { env, input = '' }: { readonly env: Readonly<Record<string, string>>; readonly input?: string },
): Promise<Outcome> {
  const signal = AbortSignal.timeout(COMMAND_MS);
  return runCommand(program, args, { env: serverEnvironment(env), input, signal }).then(
    (output) => ({ isDone: true, output }),
    (error: unknown) => ({ isDone: false, output: String(error) }),
  );
}

interface Surroundings {
  readonly bench: Bench;
  readonly path: string;
  readonly site: PushSite;
}

function createTrial(client: Client, open: OpenClient, { bench, path, site }: Surroundings): Trial {
  const sessions = new Map<string, Promise<Session>>();
  let rooms = 0;
  const enterAlone = async (account: Account): Promise<Session> => {
    rooms += 1;
    return open.enter(await createRoom(join(bench.dir, `${rooms}`), path, site), account);
  };
  const enter = async (login: string): Promise<Session> => {
    const session = await enterAlone(site.accountOf(login));
    const outcome = await session.login();
    if (!outcome.isDone) throw new Error(`${client.name} does not log in as ${login}: ${outcome.output}`);
    return session;
  };
  return {
    client,
    site,
    enterAlone,
    enter: (login) => {
      const session = sessions.get(login) ?? enter(login);
      sessions.set(login, session);
      return session;
    },
    pathOf: (purpose) => `acme/web/${client.name}-${purpose.replaceAll(' ', '-')}`,
  };
}
