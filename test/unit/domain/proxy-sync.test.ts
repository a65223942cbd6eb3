import { expect } from 'chai';
import { decideProxy, type ProxyFacts, type ProxySync, proxyBackoffMs } from '../../../lib/domain/proxy-sync.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const NOW = Date.parse('2026-08-21T14:30:00Z');
const before = (ms: number) => NOW - ms;

const sync = (changes: Partial<ProxySync>): ProxySync => ({
  proxyId: 2,
  repositoryId: 42,
  isPartial: false,
  state: 'succeeded',
  startedAt: before(3 * MINUTE),
  endedAt: before(3 * MINUTE),
  error: null,
  ...changes,
});
const failedAt = (ms: number, changes: Partial<ProxySync> = {}) =>
  sync({ state: 'failed', startedAt: before(ms), endedAt: before(ms), error: 'refused', ...changes });
const running = (ms: number, changes: Partial<ProxySync> = {}) =>
  sync({ state: 'running', startedAt: before(ms), endedAt: null, ...changes });

const facts: ProxyFacts = {
  carriesLibrary: true,
  isWanted: true,
  wasServed: false,
  askedAt: null,
  isScheduled: true,
  publishedAt: before(5 * MINUTE),
  repositoryId: 42,
  syncs: [],
  isServing: null,
};

const start = { kind: 'start', isForced: false };
const failed = (reason: string, afterMs: number) => ({ kind: 'failed', reason, afterMs });

const CASES: readonly [rule: string, given: Partial<ProxyFacts>, step: object][] = [
  ['leaves alone what does not carry Library', { carriesLibrary: false }, { kind: 'skipped', reason: 'no-library' }],
  ['syncs nothing while the setting is off', { isWanted: false }, { kind: 'skipped', reason: 'setting-off' }],
  [
    'takes nothing back that was served before the setting was switched off, or for a person',
    { isWanted: false, wasServed: true },
    { kind: 'served' },
  ],
  ['has served what was synced since the publish', { syncs: [sync({})] }, { kind: 'served' }],
  [
    'takes a sync of everything for one of the repository',
    { syncs: [sync({ repositoryId: null })] },
    { kind: 'served' },
  ],
  [
    'does not take a sync of another environment for one',
    { syncs: [sync({ repositoryId: null, isPartial: true })] },
    start,
  ],
  ['does not take a sync of another repository for one', { syncs: [sync({ repositoryId: 7 })] }, start],
  ['does not take a sync from before the publish for one', { syncs: [sync({ startedAt: before(6 * MINUTE) })] }, start],
  [
    'takes a sync of the second in which the publish ended for one',
    { syncs: [sync({ startedAt: before(5 * MINUTE) })] },
    { kind: 'served' },
  ],
  ['waits for a sync that runs', { syncs: [running(6 * SECOND)] }, { kind: 'wait', afterMs: 3 * SECOND }],
  [
    'looks less often at a sync that runs for long',
    { syncs: [running(4 * MINUTE)] },
    { kind: 'wait', afterMs: 30 * SECOND },
  ],
  ['leaves it to Katello first', { publishedAt: before(5 * SECOND) }, { kind: 'wait', afterMs: 2 * SECOND }],
  ['starts what Katello forgot', { publishedAt: before(30 * SECOND) }, start],
  [
    'starts at once where Katello does not',
    { publishedAt: before(5 * SECOND), isScheduled: false, askedAt: NOW },
    start,
  ],
  ['starts what is older than all that Katello tells', { publishedAt: null }, start],
  ['rests after a failure', { syncs: [failedAt(10 * SECOND)] }, failed('proxy-failed', 20 * SECOND)],
  ['tries again after the rest', { syncs: [failedAt(31 * SECOND)] }, start],
  [
    'rests longer after each failure',
    { syncs: [failedAt(MINUTE), failedAt(2 * MINUTE), failedAt(3 * MINUTE)] },
    failed('proxy-failed', MINUTE),
  ],
  ['counts failures since the last success', { syncs: [failedAt(35 * SECOND), sync({}), failedAt(4 * MINUTE)] }, start],
  ['does not make a person wait', { syncs: [failedAt(10 * SECOND)], askedAt: before(SECOND) }, start],
  [
    'rests after another try that a person asked for failed too',
    { syncs: [failedAt(SECOND)], askedAt: before(10 * SECOND) },
    failed('proxy-failed', 29 * SECOND),
  ],
  [
    'rests no longer because a clock is ahead',
    { syncs: [failedAt(-60 * MINUTE)] },
    failed('proxy-failed', 30 * SECOND),
  ],
  [
    'does not try a path while a proxy fails at all the others',
    { syncs: [failedAt(10 * SECOND, { repositoryId: 7 }), failedAt(MINUTE, { repositoryId: 8 })] },
    failed('proxy-failed', 50 * SECOND),
  ],
  [
    'lets one path try, and others wait for it, while a proxy fails at everything',
    { syncs: [running(SECOND, { repositoryId: 7 }), failedAt(5 * MINUTE, { repositoryId: 7 })] },
    { kind: 'wait', afterMs: 15 * SECOND },
  ],
  [
    'gives the registry some seconds to hear of it',
    { syncs: [sync({ endedAt: before(SECOND) })], isServing: false },
    { kind: 'wait', afterMs: 2 * SECOND },
  ],
  ['forces a sync of what is not served', { syncs: [sync({})], isServing: false }, { kind: 'start', isForced: true }],
  [
    'rests while it is synced and not served',
    { syncs: [sync({ endedAt: before(SECOND) }), sync({})], isServing: false },
    failed('not-serving', 29 * SECOND),
  ],
  ['believes the registry', { syncs: [sync({})], isServing: true }, { kind: 'served' }],
];

describe('decideProxy', () => {
  for (const [rule, given, step] of CASES) {
    it(rule, () => {
      expect(decideProxy({ ...facts, ...given }, NOW)).to.deep.include(step);
    });
  }
});

describe('proxyBackoffMs', () => {
  it('doubles from half a minute to an hour', () => {
    expect([0, 1, 2, 3, 8, 100].map(proxyBackoffMs)).to.deep.equal([
      0,
      30 * SECOND,
      MINUTE,
      2 * MINUTE,
      60 * MINUTE,
      60 * MINUTE,
    ]);
  });
});
