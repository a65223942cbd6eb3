import { expect } from 'chai';
import { CliError, EXIT, toCliError } from '../../../lib/cli/exit.ts';
import { createProgress } from '../../../lib/cli/progress.ts';
import { showAge, showPlan, showPushes, showReceipt, showStatus } from '../../../lib/cli/show.ts';
import { parseSince } from '../../../lib/cli/since.ts';
import { fitWidths, formatTable } from '../../../lib/cli/table.ts';
import { printError, printJson, printLines } from '../../../lib/cli/terminal.ts';
import type { ReceiptView } from '../../../lib/cli/views.ts';
import { ConfigError, RefusedError, TransportError } from '../../../lib/errors.ts';
import { collect } from './bench.ts';

const now = Date.parse('2026-08-21T14:30:00Z');
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const receipt: ReceiptView = {
  path: 'acme/web/api',
  version: 12,
  kind: 'push',
  user: 'alice',
  state: 'done',
  pushedAt: '2026-08-21T14:29:48Z',
  tags: [
    { name: '2', from: null, to: digest('9'), reason: 'tag-new' },
    { name: 'latest', from: digest('4'), to: digest('9'), reason: 'tag-moved' },
  ],
  leftAlone: [{ tag: '1', reason: 'pinned', message: '1 was changed in Katello' }],
  stages: [{ name: 'publish', durationMs: 4100, outcome: 'ok' }],
  proxies: [
    { name: 'near.example.com', outcome: 'served', reason: null },
    { name: 'far.example.com', outcome: 'failed', reason: 'proxy-failed' },
  ],
  pull: ['katello.example.com/acme/web/api:latest'],
  error: null,
};

describe('showStatus', () => {
  const status = {
    isReady: true,
    checks: [],
    roles: ['detector', 'worker', 'front', 'dashboard'],
    redis: 'embedded',
    policy: 'full',
    lagSeconds: 0.4,
    alarms: [],
  };

  it('is one line when all is well', () => {
    expect(showStatus(status)).to.deep.equal(['ready (all roles)  redis embedded  policy full  lag 0 s']);
  });

  it('names what is wrong', () => {
    const checks = [
      { name: 'redis', isOk: true, message: null },
      { name: 'pulp', isOk: false, message: 'since 14:02' },
    ];

    expect(showStatus({ ...status, isReady: false, roles: ['worker'], checks })).to.deep.equal([
      'not ready (worker)  redis embedded  policy full  lag 0 s',
      '! pulp: since 14:02',
    ]);
  });

  it('names what a person has to look at', () => {
    const alarms = [
      { alarm: 'blob-mismatch', path: 'acme/web/api', message: 'its bytes differ', hint: 'push it again' },
      { alarm: 'orphan-limit', path: null, message: 'too many', hint: null },
    ];

    expect(showStatus({ ...status, alarms }).slice(1)).to.deep.equal([
      '! blob-mismatch acme/web/api: its bytes differ (push it again)',
      '! orphan-limit: too many',
    ]);
  });

  it('is one line too while Redis, which keeps the alarms, is away', () => {
    expect(showStatus({ ...status, alarms: null })).to.have.lengthOf(1);
  });
});

describe('showPushes', () => {
  it('tells path, tags, state, stage, user, age and note', () => {
    const error = { code: 'E_BUSY', reason: 'katello-busy', message: '', hint: null };

    expect(showPushes([{ ...receipt, error }], now)[1]).to.deep.equal([
      'acme/web/api',
      '2,latest',
      'done',
      'publish',
      'alice',
      '12s',
      'katello-busy',
    ]);
  });

  it('notes why a smart proxy does not have it, if nothing worse is to be told', () => {
    expect(showPushes([{ ...receipt, leftAlone: [] }], now)[1]?.at(-1)).to.equal('proxy-failed');
  });
});

describe('showReceipt', () => {
  it('tells everything of one push', () => {
    expect(showReceipt(receipt)).to.deep.equal([
      'acme/web/api  version 12  done',
      'pushed   2026-08-21T14:29:48Z by alice',
      'pull     katello.example.com/acme/web/api:latest',
      'tags     2  sha256:9999…  tag-new',
      '         latest  sha256:4444… → sha256:9999…  tag-moved',
      'left     1  pinned: 1 was changed in Katello',
      'stages   publish  4.1 s ok',
      'proxies  near.example.com  served',
      '         far.example.com  failed  proxy-failed',
    ]);
  });
});

describe('showPlan', () => {
  it('shows changes, what is left alone, and the other actions', () => {
    const plan = {
      claimedVersion: 11,
      version: 12,
      repositoryId: 42,
      changes: [...receipt.tags, { name: 'old', from: digest('1'), to: null, reason: 'tag-deleted' }],
      leftAlone: receipt.leftAlone,
      actions: [
        { kind: 'copy-tags', reason: 'tag-new' },
        { kind: 'publish', reason: 'unpublished' },
      ],
    };

    expect(showPlan(plan)).to.deep.equal([
      'push version 11 → 12, Katello repository 42',
      '+ tag 2       sha256:9999…  tag-new',
      '~ tag latest  sha256:4444… → sha256:9999…  tag-moved',
      '- tag old     sha256:1111…  tag-deleted',
      '= tag 1       left alone  pinned',
      '* publish  unpublished',
    ]);
  });

  it('says so when there is nothing to do', () => {
    const plan = { claimedVersion: null, version: 1, repositoryId: null, changes: [], leftAlone: [], actions: [] };

    expect(showPlan(plan)).to.deep.equal(['push version none → 1, no Katello repository yet', 'nothing to do']);
  });
});

describe('showAge', () => {
  it('takes the largest unit that tells enough', () => {
    expect([-5, 0, 119, 120, 7199, 7200, 172_800].map((seconds) => showAge(seconds * 1000))).to.deep.equal([
      '0s',
      '0s',
      '119s',
      '2m',
      '120m',
      '2h',
      '2d',
    ]);
  });
});

describe('parseSince', () => {
  it('reads spans and times', () => {
    expect(parseSince('2h', now)).to.equal('2026-08-21T12:30:00.000Z');
    expect(parseSince('90s', now)).to.equal('2026-08-21T14:28:30.000Z');
    expect(parseSince('2026-08-21T14:00:00+02:00', now)).to.equal('2026-08-21T12:00:00.000Z');
  });

  for (const text of ['', '2', '2y', 'h', '-2h', 'tomorrow', '2026-99-99']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseSince(text, now)).to.throw(CliError);
    });
  }
});

describe('tables', () => {
  it('are as wide as their cells', () => {
    expect(
      fitWidths(
        [
          ['A', 'BBBB'],
          ['aaa', 'b'],
        ],
        80,
      ),
    ).to.deep.equal([5, 6]);
  });

  it('cut their widest columns to fit', async () => {
    const rows = [
      ['PATH', 'STATE', 'NOTE'],
      ['acme/'.repeat(20), 'done', 'x'.repeat(60)],
    ];

    const lines = await formatTable(rows, 60);

    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(60);
    expect(lines[1]).to.contain('…').and.contain('done');
  });

  it('do not let a cell act on the terminal', async () => {
    const lines = await formatTable([['TAG'], ['\u001b[2J\n\u202ex']], 80);

    expect(lines).to.have.lengthOf(2);
    expect(lines[1]).to.equal('\\u{1b}[2J\\u{a}\\u{202e}x');
  });
});

describe('what is printed', () => {
  it('is harmless in a terminal', () => {
    const { io, written } = collect();

    printLines(io, ['a\u001b[31m\u009bb']);
    printJson(io, { tag: '\u001b\u009b\u202e\u{e0001}' });
    printError(io, new CliError(EXIT.failed, 'bug', 'x\u001by', 'h\u0007'));

    expect(written().stdout).to.equal('a\\u{1b}[31m\\u{9b}b\n{"tag":"\\u001b\\u009b\\u202e\\udb40\\udc01"}\n');
    expect(written().stderr).to.equal('error: bug: x\\u{1b}y\nhint: h\\u{7}\n');
  });

  it('stays the same value as JSON', () => {
    const { io, written } = collect();

    printJson(io, { tag: '\u202e\u{e0001}é' });

    expect(JSON.parse(written().stdout)).to.deep.equal({ tag: '\u202e\u{e0001}é' });
  });
});

describe('toCliError', () => {
  const codes: [unknown, number][] = [
    [new ConfigError('KPR_X: no'), 2],
    [new RefusedError('bad-name', 'no'), 4],
    [new TransportError('redis', 'away'), 5],
    [new TypeError('x'), 1],
    ['text', 1],
  ];
  for (const [error, code] of codes) {
    it(`exits ${code} for ${String(error)}`, () => {
      expect(toCliError(error).exitCode).to.equal(code);
    });
  }
});

describe('createProgress', () => {
  it('redraws one line on a terminal', () => {
    const { io, written } = collect({}, undefined, true);
    let clock = 0;
    const progress = createProgress(io, 'acme/api', () => clock);

    progress.at('plan');
    clock = 6000;
    progress.at('publish');
    progress.end();

    expect(written().stderr).to.equal('\r\u001b[Kacme/api  plan  0 s\r\u001b[Kacme/api  publish  6 s\n');
  });

  it('writes a line for each stage, and every ten seconds, elsewhere', () => {
    const { io, written } = collect();
    let clock = 0;
    const progress = createProgress(io, 'acme/api', () => clock);

    for (clock = 0; clock <= 12_000; clock += 1000) progress.at(clock < 1000 ? 'plan' : 'publish');
    progress.end();

    expect(written().stderr).to.equal('acme/api  plan  0 s\nacme/api  publish  1 s\nacme/api  publish  11 s\n');
  });
});
