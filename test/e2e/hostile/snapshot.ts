/** Everything that Pulp and Katello hold, so that "nothing was made" is seen and not assumed. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { KatelloServer } from '../../support/servers/katello.ts';
import type { PostgresServer } from '../../support/servers/postgres.ts';

/** One line for each table and file, by name. */
export type Snapshot = Readonly<Record<string, string>>;

export interface Holders {
  readonly postgres: PostgresServer;
  readonly katello: KatelloServer;
  /** Pulp's directory with its files */
  readonly pulpDir: string;
}

/** Rows that change by themselves: the heartbeats of Pulp's processes. */
const RESTLESS = ['core_appstatus', 'core_worker', 'core_contentappstatus', 'core_apiappstatus'];

/** Rows and a hash of every table of Pulp's database. */
const TABLES = `
SELECT table_name || '|' || (xpath('//c/text()', x))[1]::text || ' rows ' || coalesce((xpath('//h/text()', x))[1]::text, '')
FROM information_schema.tables, query_to_xml(format(
  'SELECT count(*) AS c, md5(string_agg(t::text, chr(10) ORDER BY t::text)) AS h FROM %I t', table_name), true, false, '') x
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> ALL ('{${RESTLESS.join(',')}}')
ORDER BY 1`;

const World = z.record(z.string(), z.unknown());
/** Whom an attack may take rights from, and when they last came, is not of interest here. */
const Users = z.array(z.object({ login: z.string() }));

/** What Pulp does by itself once a day (pulpcore 3.123: the cleanup of orphans) must not pass for an attack's work. */
export async function endSchedules({ postgres }: Holders): Promise<void> {
  await postgres.client('psql', ['--quiet', '--command', 'DELETE FROM core_taskschedule', 'pulp']);
}

export async function takeSnapshot({ postgres, katello, pulpDir }: Holders): Promise<Snapshot> {
  const [tables, world, files] = await Promise.all([
    postgres.client('psql', ['--quiet', '--no-align', '--tuples-only', '--command', TABLES, 'pulp']),
    fetch(`${katello.controlUrl}/world`).then(async (answer) => World.parse(await answer.json())),
    Promise.all(['media', 'tmp'].map((name) => listFiles(join(pulpDir, name)))),
  ]);
  const users = Users.parse(world['users']);
  return {
    ...readTables(tables),
    ...Object.fromEntries(Object.entries({ ...world, users }).map(nameRows)),
    files: files.flat().join('\n'),
  };
}

function readTables(output: string): Snapshot {
  const lines = output.trim().split('\n');
  return Object.fromEntries(lines.map((line): [string, string] => [line.replace(/\|.*/, ''), line]));
}

function nameRows([name, rows]: [string, unknown]): [string, string] {
  return [`katello ${name}`, JSON.stringify(rows)];
}

/** Names of what is not the same in both. */
export function compareSnapshots(before: Snapshot, after: Snapshot): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}

async function listFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
