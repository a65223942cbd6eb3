import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { listVersions, readRecordings } from '../fidelity/recording.ts';
import { type Outcome, replay } from '../fidelity/replay.ts';
import { formatOutcome, summarize } from '../fidelity/report.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const RECORDINGS = fileURLToPath(new URL('../../../shared/contracts/katello-recorded', import.meta.url));
const versions = await listVersions(RECORDINGS);

describe("Katello's stand-in", () => {
  let outcomes: ReadonlyMap<string, readonly Outcome[]>;

  before(async function () {
    if (versions.length === 0) {
      process.stdout.write(`skipped: there are no recordings in ${relative(PROJECT, RECORDINGS)}\n`);
      this.skip();
    }
    // hundreds of exchanges, many of which wait for tasks: side by side, since they mostly wait
    this.timeout(240_000);
    outcomes = new Map(await Promise.all(versions.map(replayed)));
  });

  it('is compared with recordings', () => {
    expect([...outcomes.keys()]).to.deep.equal(versions);
  });

  for (const version of versions) {
    it(`answers as Katello ${version} did in 98 % of the exchanges that are in scope`, () => {
      const all = outcomes.get(version) ?? [];
      const { inScope, same } = summarize(all);
      const different = all.filter(({ verdict }) => verdict.kind === 'different');

      expect(same / inScope, different.map((outcome) => formatOutcome(outcome, false)).join('\n')).to.be.at.least(0.98);
    });

    it(`has 85 % of the exchanges with Katello ${version} in scope`, () => {
      const { total, inScope } = summarize(outcomes.get(version) ?? []);

      expect(inScope / total).to.be.at.least(0.85);
    });
  }
});

async function replayed(version: string): Promise<[string, readonly Outcome[]]> {
  return [version, await replay(await readRecordings(RECORDINGS, version), version)];
}
