import { expect } from 'chai';
import { type Figure, findDifference, findEarlier, judge, type Report } from '../../../scripts/bench/report.ts';
import { formatReport } from '../../../scripts/bench/show.ts';

const figure: Figure = { bench: 'push', name: 'to detected, p95', value: 1.2, unit: 's', target: 1.5 };

function report(over: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    startedAt: '2026-08-21T14:00:00.000Z',
    world: 'a',
    katello: 'real',
    machine: { cpu: 'Model T', cores: 2, memoryMb: 4096, node: 'v20.20.2' },
    load: { push: 0.42 },
    figures: [figure],
    ...over,
  };
}

describe('judge', () => {
  it('says whether a value keeps to its target', () => {
    expect(judge({ value: 1.5, target: 1.5 })).to.equal('met');
    expect(judge({ value: 1.51, target: 1.5 })).to.equal('missed');
  });

  it('says nothing without a target', () => {
    expect(judge({ value: 1, target: null })).to.equal('');
  });
});

describe('findDifference', () => {
  it('lets runs of one machine and world be compared, whatever the load', () => {
    expect(findDifference(report(), report({ load: { push: 9 } }))).to.equal(null);
  });

  it('tells another machine, another world and another pace of Katello apart', () => {
    const machine = { ...report().machine, cores: 8 };

    expect(findDifference(report(), report({ machine }))).to.include('8 cores');
    expect(findDifference(report(), report({ world: 'b' }))).to.include('world b');
    expect(findDifference(report(), report({ katello: 'fast' }))).to.include('fast');
  });
});

describe('findEarlier', () => {
  it('finds the figure of the same bench and name', () => {
    const earlier = report({
      figures: [
        { ...figure, bench: 'idle' },
        { ...figure, value: 1 },
      ],
    });

    expect(findEarlier(earlier, figure)?.value).to.equal(1);
    expect(findEarlier(earlier, { ...figure, name: 'another' })).to.equal(null);
  });
});

describe('formatReport', () => {
  it('shows value, target, verdict and the change', async () => {
    const earlier = report({ figures: [{ ...figure, value: 1 }] });

    const text = (await formatReport(report(), earlier)).join('\n');

    expect(text).to.match(/push +to detected, p95 +1\.2 s +≤ 1\.5 s +met +1 s \(\+20 %\)/);
    expect(text).to.include('2 cores (Model T), 4096 MB');
    expect(text).to.include('push 0.4');
  });

  it('says why it does not compare', async () => {
    const text = (await formatReport(report(), report({ world: 'b' }))).join('\n');

    expect(text).to.include('not compared with the earlier run: it ran against world b');
    expect(text).not.to.include('%');
  });
});
