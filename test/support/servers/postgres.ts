/** A private PostgreSQL cluster on a free port of the loopback interface; the system's own cluster is left alone. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, findAccount } from './account.ts';
import { runCommand } from './command.ts';
import { serverEnvironment } from './environment.ts';
import { findPostgres } from './install.ts';
import { keepPassword } from './memory.ts';
import { claimPort } from './ports.ts';
import { ServerProblem } from './problem.ts';
import { ensureServer, expectRunning, type Site, stopServer } from './process.ts';
import { waitFor } from './wait.ts';

const NAME = 'postgres';
/** The superuser of the cluster, also of Pulp. */
const USER = 'pulp';

export interface PostgresServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Runs one of PostgreSQL's client programs against this cluster and answers its output. */
  client(program: string, args: readonly string[], input?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the cluster in `postgres/` of the site, made if it is not there, or finds it running. */
export async function startPostgres(site: Site): Promise<PostgresServer> {
  const password = keepPassword(site.dir, NAME);
  const data = join(site.dir, 'postgres');
  const major = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const bin = await findPostgres(major === '' ? undefined : major);
  if (bin === null) throw new ServerProblem(`no PostgreSQL ${major} on this machine`, 'apt-get install postgresql');
  // PostgreSQL refuses root.
  const account = await findAccount(NAME);
  if (major === '') await initialise(site, data, bin, account, password);

  const port = await claimPort(site, NAME);
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    // A socket file would need a short path, and nobody asks for it.
    unix_socket_directories: '',
    max_connections: 200,
    // The data are worth nothing after a crash of the machine; without this a migration takes thrice as long.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const server = await ensureServer(site, {
    name: NAME,
    command: join(bin, 'postgres'),
    args,
    // SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
    ...(account && { privileges: account.privileges }),
  });

  const env = serverEnvironment({ PGHOST: '127.0.0.1', PGPORT: `${port}`, PGUSER: USER, PGPASSWORD: password });
  const client = (program: string, clientArgs: readonly string[], input?: string): Promise<string> =>
    runCommand(join(bin, program), clientArgs, { env, signal: site.signal, ...(input !== undefined && { input }) });
  await waitFor(
    'PostgreSQL',
    async () => {
      await expectRunning([server]);
      return client('pg_isready', ['--quiet']).then(
        () => true,
        () => undefined,
      );
    },
    { timeoutMs: 30_000, signal: site.signal },
  );
  const stop = async (): Promise<void> => void (await stopServer(site, NAME));
  return { port, user: USER, password, client, stop };
}

/** Makes the cluster under another name first, so that an interrupted one is never taken for whole. */
async function initialise(
  site: Site,
  data: string,
  bin: string,
  account: Account | null,
  password: string,
): Promise<void> {
  const half = `${data}.half`;
  const passwordFile = `${data}.password`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) await runCommand('chown', [`${account.uid}:${account.gid}`, half, passwordFile]);

  const initdb = [
    ...(account ? ['setpriv', ...account.privileges, '--'] : []),
    join(bin, 'initdb'),
    `--pgdata=${half}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ];
  const [command = '', ...args] = initdb;
  await runCommand(command, args, { signal: site.signal });
  await rm(passwordFile);
  await rename(half, data);
}
