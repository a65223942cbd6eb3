/** Pulp's database: migrated once in half a minute, then kept as a dump from which any further one is made in seconds. */
import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { serverEnvironment } from './environment.ts';
import { CACHE, type StepOptions } from './install.ts';
import { withLock } from './lock.ts';
import { readPins, type World } from './pins.ts';
import type { PostgresServer } from './postgres.ts';
import { ServerProblem } from './problem.ts';

/** Pulp's administrator in every database of ours; it listens to the loopback interface only. */
export const PULP_LOGIN = 'admin';
export const PULP_PASSWORD = 'password';

export interface PulpDatabase {
  readonly world: World;
  readonly postgres: PostgresServer;
  readonly name: string;
  /** `bin` of the Python environment */
  readonly bin: string;
  /** path of a settings file that names this database */
  readonly settingsFile: string;
}

/** Makes the database with all tables and the administrator, unless it is there and whole. */
export async function ensurePulpDatabase(database: PulpDatabase, options: StepOptions = {}): Promise<void> {
  const { postgres, name, world } = database;
  const versions = Object.values(readPins(world)).join('-');
  const madeFor = await readComment(database);
  if (madeFor === versions) return;
  if (madeFor !== '') {
    throw new ServerProblem(
      `the database is of Pulp ${madeFor}, not ${versions}`,
      'Begin anew: ./scripts/sandbox reset',
    );
  }

  await postgres.client('dropdb', ['--if-exists', name]);
  await postgres.client('createdb', [name]);
  const dump = join(CACHE, `database-${versions}.dump`);
  await withLock(
    `${dump}.lock`,
    async () => {
      if (await isThere(dump)) return;
      options.onProgress?.('migrating an empty database, once for this version');
      await migrate(database, options);
      await postgres.client('pg_dump', ['--format=custom', `--file=${dump}.half`, name]);
      await rename(`${dump}.half`, dump);
      await postgres.client('dropdb', [name]);
      await postgres.client('createdb', [name]);
    },
    { signal: options.signal },
  );
  await postgres.client('pg_restore', ['--exit-on-error', `--dbname=${name}`, dump]);
  await postgres.client('psql', ['--quiet', name], `COMMENT ON DATABASE ${name} IS '${versions}'`);
}

/** The comment is set after the last step, so that an interrupted one is never taken for whole. */
async function readComment({ postgres, name }: PulpDatabase): Promise<string> {
  const query = `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '${name}'`;
  const comment = await postgres.client('psql', ['--quiet', '--tuples-only', '--no-align', '-d', 'postgres'], query);
  return comment.trim();
}

async function migrate({ bin, settingsFile }: PulpDatabase, options: StepOptions): Promise<void> {
  const env = serverEnvironment({ PULP_SETTINGS: settingsFile });
  const manager = (...args: string[]): Promise<string> =>
    runCommand(join(bin, 'pulpcore-manager'), args, {
      env,
      signal: options.signal,
      ...(options.onProgress && { onLine: options.onProgress }),
    });
  await manager('migrate', '--noinput');
  await manager('reset-admin-password', '--password', PULP_PASSWORD);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
