import { expect } from 'chai';
import {
  isMeantByAll,
  isOrphan,
  mayAllGo,
  nextStep,
  type OrphanFacts,
  orphanState,
  orphanVerdict,
} from '../../../lib/domain/orphan.ts';
import { closed, HOUR_MS, NOW, orphan, quarantined, RULES } from '../../support/orphans.ts';

const OLD = quarantined(25 * HOUR_MS);
const stays = (reason: string, until: number | null = null) => ({ mayGo: false, reason, until });

describe('isOrphan', () => {
  it('is true where the named Katello repository is gone', () => {
    expect(isOrphan(orphan())).to.equal(true);
  });

  it('is false where it is there, or none is named', () => {
    expect(isOrphan(orphan({ isGone: false }))).to.equal(false);
    expect(isOrphan(orphan({}, { kpr_repository: undefined }))).to.equal(false);
  });
});

describe('orphanVerdict', () => {
  it('lets the sweep delete what is proven, unchanged, ours, and long enough in quarantine', () => {
    expect(orphanVerdict(orphan({}, OLD), 'sweep', RULES)).to.deep.equal({ mayGo: true });
  });

  const reasons: [string, OrphanFacts, object][] = [
    ['a distribution that is not ours, or not alone', orphan({ isOurs: false }, OLD), stays('foreign-distribution')],
    ['no proof', orphan({ isProven: false }, OLD), stays('unproven')],
    ['a push since the claim', orphan({ version: 4 }, OLD), stays('pushed-since-claim')],
    ['a claim that is ahead of what is there', orphan({ version: 2 }, OLD), stays('pushed-since-claim')],
    ['no claim', orphan({}, { ...OLD, kpr_claim: undefined }), stays('pushed-since-claim')],
    [
      'the claim of a push repository that was there before',
      orphan({ uuid: 'another' }, OLD),
      stays('pushed-since-claim'),
    ],
    ['a quarantine that has not begun', orphan(), stays('quarantined')],
    ['a quarantine that goes on', orphan({}, quarantined(HOUR_MS)), stays('quarantined', NOW + 23 * HOUR_MS)],
    ['a quarantine from before we deleted it', orphan({ deletedAt: NOW - HOUR_MS }, OLD), stays('quarantined')],
    ['a quarantine that begins in years', orphan({}, quarantined(-9000 * HOUR_MS)), stays('quarantined')],
  ];
  for (const [why, facts, verdict] of reasons) {
    it(`keeps the sweep from it for ${why}`, () => {
      expect(orphanVerdict(facts, 'sweep', RULES)).to.deep.equal(verdict);
    });
  }

  for (const policy of ['keep-orphans', 'create-only'] as const) {
    it(`binds sweep and push by the policy ${policy}, but no person`, () => {
      const rules = { ...RULES, policy };

      expect(orphanVerdict(orphan({}, OLD), 'sweep', rules)).to.deep.equal(stays('policy'));
      expect(orphanVerdict(orphan({}, OLD), 'push', rules)).to.deep.equal(stays('policy'));
      expect(orphanVerdict(orphan({}, OLD), 'person', rules)).to.deep.equal({ mayGo: true });
    });
  }

  it('lets a push end the quarantine, and nothing else', () => {
    expect(orphanVerdict(orphan({}, quarantined(1)), 'push', RULES)).to.deep.equal({ mayGo: true });
    expect(orphanVerdict(orphan({ isProven: false }), 'push', RULES)).to.deep.equal(stays('unproven'));
    expect(orphanVerdict(orphan({ version: 4 }), 'push', RULES)).to.deep.equal(stays('pushed-since-claim'));
  });

  it('lets a person delete what was pushed since, and what is unproven only with that word', () => {
    expect(orphanVerdict(orphan({ version: 4 }, OLD), 'person', RULES)).to.deep.equal({ mayGo: true });
    expect(orphanVerdict(orphan({ isProven: false }), 'person', RULES)).to.deep.equal(stays('unproven'));
    expect(orphanVerdict(orphan({ isProven: false }), 'unproven', RULES)).to.deep.equal({ mayGo: true });
  });

  it('lets nobody delete what is not ours, nor end a quarantine before its time', () => {
    expect(orphanVerdict(orphan({ isOurs: false }, OLD), 'unproven', RULES)).to.deep.equal(
      stays('foreign-distribution'),
    );
    expect(orphanVerdict(orphan({}, quarantined(HOUR_MS)), 'unproven', RULES).mayGo).to.equal(false);
  });
});

describe('nextStep', () => {
  it('is none for what is no orphan', () => {
    expect(nextStep(orphan({ isGone: false }), RULES)).to.deep.equal({ kind: 'none' });
  });

  it('takes the labels of an orphan off what is none', () => {
    const labels = { ...OLD, ...closed(0) };

    for (const facts of [orphan({ isGone: false }, labels), orphan({}, { ...labels, kpr_repository: undefined })]) {
      expect(nextStep(facts, RULES)).to.deep.equal({ kind: 'clear', labels: ['kpr_closing', 'kpr_quarantine'] });
    }
  });

  it('begins the quarantine of what is proven, and of nothing else', () => {
    expect(nextStep(orphan(), RULES)).to.deep.equal({ kind: 'quarantine' });
    expect(nextStep(orphan({}, { kpr_quarantine: 'soon' }), RULES)).to.deep.equal({ kind: 'quarantine' });
    expect(nextStep(orphan({ isProven: false }), RULES)).to.include({ kind: 'blocked', reason: 'unproven' });
  });

  it('leaves alone what is not ours, whatever its labels say', () => {
    const facts = orphan({ isOurs: false }, { ...OLD, ...closed(HOUR_MS) });

    expect(nextStep(facts, RULES)).to.include({ kind: 'blocked', reason: 'foreign-distribution' });
    expect(nextStep({ ...facts, isGone: false }, RULES)).to.deep.equal({ kind: 'none' });
  });

  it('waits for the last token, then deletes', () => {
    expect(nextStep(orphan({}, OLD), RULES)).to.deep.equal({ kind: 'due' });
    expect(nextStep(orphan({}, { ...OLD, ...closed(449_999) }), RULES)).to.deep.equal({ kind: 'wait', until: NOW + 1 });
    expect(nextStep(orphan({}, { ...OLD, ...closed(450_000) }), RULES)).to.deep.equal({ kind: 'delete' });
  });

  it('counts the time of tokens from the quarantine on, for a push only', () => {
    const labels = { ...quarantined(500_000), ...closed(0, { order: 'push' }) };

    expect(nextStep(orphan({}, labels), RULES)).to.deep.equal({ kind: 'delete' });
    expect(nextStep(orphan({}, { ...OLD, ...closed(0) }), RULES)).to.include({ kind: 'wait' });
  });

  const changes: [string, OrphanFacts][] = [
    ['another version', orphan({ version: 4 }, { ...OLD, ...closed(HOUR_MS) })],
    ['another repository', orphan({}, { ...OLD, ...closed(HOUR_MS, { uuid: 'another' }) })],
    ['a proof that is gone', orphan({ isProven: false }, { ...OLD, ...closed(HOUR_MS) })],
    ['a label that cannot be read', orphan({}, { ...OLD, kpr_closing: 'yes' })],
    ['an order from before we deleted it', orphan({ deletedAt: NOW - HOUR_MS }, { ...OLD, ...closed(2 * HOUR_MS) })],
    ['an order of years ahead', orphan({}, { ...OLD, ...closed(-9000 * HOUR_MS) })],
  ];
  for (const [what, facts] of changes) {
    it(`cancels a deletion for ${what}`, () => {
      expect(nextStep(facts, RULES)).to.deep.equal({ kind: 'clear', labels: ['kpr_closing'] });
    });
  }

  it('cancels what the sweep ordered before the policy changed, and no order of a person', () => {
    const rules = { ...RULES, policy: 'keep-orphans' } as const;

    expect(nextStep(orphan({}, { ...OLD, ...closed(HOUR_MS) }), rules)).to.include({ kind: 'clear' });
    expect(nextStep(orphan({}, { ...OLD, ...closed(HOUR_MS, { order: 'person' }) }), rules)).to.deep.equal({
      kind: 'delete',
    });
  });
});

describe('orphanState', () => {
  it('is what a person has to know, whatever the policy', () => {
    const rules = { ...RULES, policy: 'create-only' } as const;

    expect(orphanState(orphan({ isOurs: false }), rules)).to.equal('foreign-distribution');
    expect(orphanState(orphan({ isProven: false }), rules)).to.equal('unproven');
    expect(orphanState(orphan({ version: 4 }), rules)).to.equal('pushed-since-claim');
    expect(orphanState(orphan(), rules)).to.equal('quarantined');
    expect(orphanState(orphan({}, OLD), rules)).to.equal('due');
    expect(orphanState(orphan({}, { ...OLD, ...closed(1, { order: 'person' }) }), rules)).to.equal('closing');
  });
});

describe('isMeantByAll', () => {
  it('leaves out what is in quarantine, what was pushed to, and what is unproven without the word', () => {
    expect(isMeantByAll(orphan({}, OLD), 'person', { ...RULES, policy: 'keep-orphans' })).to.equal(true);
    expect(isMeantByAll(orphan(), 'person', RULES)).to.equal(false);
    expect(isMeantByAll(orphan({ version: 4 }, OLD), 'person', RULES)).to.equal(false);
    expect(isMeantByAll(orphan({ isProven: false }), 'person', RULES)).to.equal(false);
    expect(isMeantByAll(orphan({ isProven: false }), 'unproven', RULES)).to.equal(true);
    expect(isMeantByAll(orphan({ isProven: false, version: 4 }), 'unproven', RULES)).to.equal(false);
  });
});

describe('mayAllGo', () => {
  it('counts what is due and what is on its way', () => {
    expect([mayAllGo(10, 0, 10), mayAllGo(11, 0, 10), mayAllGo(3, 7, 10), mayAllGo(3, 8, 10)]).to.deep.equal([
      true,
      false,
      true,
      false,
    ]);
  });
});
