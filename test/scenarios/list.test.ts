/** `docs/scenarios.md` and the scenarios say the same. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { z } from 'zod';
import { VARIABLES } from '../support/pulp/targets.ts';

/** A line of the list. */
interface Row {
  readonly file: string;
  readonly id: string;
  readonly given: string;
  readonly when: string;
  readonly outcome: string;
  /** `memory a b, real a b` */
  readonly where: string;
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const Report = z.object({ tests: z.array(z.object({ title: z.string(), fullTitle: z.string(), file: z.string() })) });
/** Of a Pulp that nobody asks anything. */
const ANY_PULP = JSON.stringify({ url: 'http://127.0.0.1:9', login: 'admin', password: 'not a real password' });

describe('docs/scenarios.md', function () {
  this.timeout(60_000); // another mocha loads every scenario

  it('lists every scenario, in its words and where it is tested, and no other', async () => {
    expect(await listed()).to.have.deep.members(await declared());
  });

  it('has no two of one name', async () => {
    const ids = (await listed()).map(({ id }) => id);

    expect(ids).to.deep.equal([...new Set(ids)]);
  });
});

/** Rows of the tables; the heading before a table names its file. */
async function listed(): Promise<Row[]> {
  const text = await readFile(`${PROJECT}docs/scenarios.md`, 'utf8');
  let file = '';
  return text.split('\n').flatMap((line) => {
    file = /^#+ .*`(test\/scenarios\/.+)`$/.exec(line)?.[1] ?? file;
    const [, id, given, when, outcome, where] =
      /^\| `(.+?)` +\| (.+?) +\| (.+?) +\| (.+?) +\| (.+?) +\|$/.exec(line) ?? [];
    return id && given && when && outcome && where ? [{ file, id, given, when, outcome, where }] : [];
  });
}

/** What mocha would run. */
async function declared(): Promise<Row[]> {
  const mocha = ['node_modules/mocha/bin/mocha.js', '--dry-run', '--reporter', 'json', 'test/scenarios/**/*.test.ts'];
  const env = { ...process.env, [VARIABLES.a]: ANY_PULP, [VARIABLES.b]: ANY_PULP };
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, mocha, { cwd: PROJECT, env, maxBuffer: 64 * 1024 * 1024 });

  const rows = new Map<string, { row: Omit<Row, 'where'>; places: string[] }>();
  for (const { title, fullTitle, file } of Report.parse(JSON.parse(stdout)).tests) {
    const [, id, given, when, outcome] = /^([a-z0-9-]+): given (.+?), when (.+?), then (.+)$/.exec(title) ?? [];
    const [, pulp, world] = /\((in memory|real), world ([ab])\) /.exec(fullTitle) ?? [];
    if (!id || !given || !when || !outcome) continue;
    const known = rows.get(id) ?? { row: { file: relative(PROJECT, file), id, given, when, outcome }, places: [] };
    known.places.push(`${pulp === 'real' ? 'real' : 'memory'} ${world}`);
    rows.set(id, known);
  }
  return [...rows.values()].map(({ row, places }) => ({ ...row, where: shorten(places) }));
}

/** `memory a`, `memory b`, `real b` → `memory a b, real b` */
function shorten(places: readonly string[]): string {
  const worldsOf = (pulp: string): string[] =>
    places.filter((place) => place.startsWith(pulp)).map((place) => place.slice(pulp.length));
  return ['memory', 'real']
    .flatMap((pulp) => (worldsOf(pulp).length > 0 ? [pulp + worldsOf(pulp).join('')] : []))
    .join(', ');
}
