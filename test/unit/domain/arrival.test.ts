import { expect } from 'chai';
import { type ArrivalFacts, type Awaited, judgeArrival } from '../../../lib/domain/arrival.ts';
import { openReceipt, type Receipt } from '../../../lib/domain/receipt.ts';

const awaited: Awaited = { path: 'acme/api', tag: '1', digest: null, proxies: [] };
const receipt = (over: Partial<Receipt> = {}): Receipt => ({
  ...openReceipt({
    path: 'acme/api',
    uuid: 'u',
    version: 3,
    claimedVersion: null,
    kind: 'push',
    user: null,
    note: null,
    pushedAt: new Date(0),
  }),
  ...over,
});
const facts: ArrivalFacts = { version: 3, digest: 'sha256:aa', isServed: false, receipt: null, pausedBy: null };
const served: ArrivalFacts = { ...facts, isServed: true, receipt: receipt({ state: 'done' }) };
const at = '2026-08-21T14:28:00.000Z';

describe('judgeArrival', () => {
  it('is done once Katello serves it, whatever the receipt says', () => {
    expect(judgeArrival(awaited, { ...served, receipt: receipt({ state: 'failed' }) })).to.deep.include({
      isDone: true,
      digest: 'sha256:aa',
      error: null,
      message: 'acme/api:1@sha256:aa is served by Katello',
    });
  });

  it('is done only once every named proxy serves it too', () => {
    const of = (outcome: 'served' | 'failed') =>
      receipt({
        state: 'done',
        proxies: [{ name: 'p', outcome, reason: outcome === 'failed' ? 'proxy-failed' : null, at }],
      });
    const both = { ...awaited, proxies: ['p'] };

    expect(judgeArrival(both, served)).to.deep.include({ isDone: false, error: null });
    expect(judgeArrival(both, { ...served, receipt: of('served') })).to.include({ isDone: true });
    expect(judgeArrival(both, { ...served, receipt: of('failed') })).to.deep.include({
      isDone: false,
      error: null,
      message: 'acme/api:1@sha256:aa is served by Katello, not yet by p (proxy-failed)',
    });
  });

  it('believes no word about proxies of a push before', () => {
    const proxies = [{ name: 'p', outcome: 'served', reason: null, at }] as const;

    const { isDone } = judgeArrival({ ...awaited, proxies: ['p'] }, { ...served, receipt: receipt({ proxies }) });

    expect(isDone).to.equal(false);
  });

  it('says that it will not come where the push was refused or given up', () => {
    const error = { code: 'E_REFUSED', reason: 'label-taken', message: 'taken', hint: 'rename' };

    for (const state of ['refused', 'failed'] as const) {
      expect(judgeArrival(awaited, { ...facts, receipt: receipt({ state, error }) })).to.deep.include({ error });
    }
    expect(judgeArrival(awaited, { ...facts, receipt: receipt({ state: 'waiting', error }) })).to.deep.include({
      error: null,
      message: 'acme/api:1@sha256:aa: taken (label-taken)',
    });
  });

  it('says that it will not come where nothing is synced to a proxy', () => {
    const proxies = [{ name: 'p', outcome: 'skipped', reason: 'setting-off', at }] as const;

    const { error } = judgeArrival(
      { ...awaited, proxies: ['p'] },
      { ...served, receipt: receipt({ state: 'done', proxies }) },
    );

    expect(error).to.include({ reason: 'setting-off', hint: 'kpr proxies sync acme/api' });
  });

  const texts: [string, Partial<ArrivalFacts>][] = [
    ['acme/api:1 is not pushed yet', { version: null, digest: null }],
    ['acme/api:1 is not pushed yet', { digest: null }],
    ['acme/api:1@sha256:aa is not seen yet', {}],
    ['acme/api:1@sha256:aa: queue-paused: by alice', { pausedBy: 'alice' }],
    ['acme/api:1@sha256:aa is queued', { receipt: receipt() }],
    [
      'acme/api:1@sha256:aa: incomplete-index: held',
      { receipt: receipt({ leftAlone: [{ tag: '1', reason: 'incomplete-index', message: 'held' }] }) },
    ],
  ];
  for (const [message, over] of texts) {
    it(`says that ${message}`, () => {
      expect(judgeArrival(awaited, { ...facts, ...over })).to.include({ isDone: false, message });
    });
  }
});
