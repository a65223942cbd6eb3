import { expect } from 'chai';
import * as fc from 'fast-check';
import { LABELS } from '../../lib/domain/claim.ts';
import { type Closing, formatClosing, ORDERS, readClosing } from '../../lib/domain/closing.ts';
import { isOrphan, nextStep, type OrphanFacts, type OrphanRules, orphanVerdict } from '../../lib/domain/orphan.ts';
import { viewOrphan } from '../../lib/domain/orphan-view.ts';
import { closed, HOUR_MS, NOW, orphan, quarantined, RULES, UUID } from '../support/orphans.ts';

const times = fc.integer({ min: -HOUR_MS, max: 60 * HOUR_MS });
const closings: fc.Arbitrary<Partial<Closing>> = fc.record(
  {
    uuid: fc.constantFrom(UUID, 'another'),
    version: fc.integer({ min: 2, max: 4 }),
    order: fc.constantFrom(...ORDERS),
  },
  { requiredKeys: [] },
);
const labels = fc.record(
  {
    quarantine: fc.oneof(times.map(quarantined), fc.constant({ [LABELS.quarantine]: 'odd' })),
    closing: fc.oneof(
      fc.tuple(times, closings).map(([ms, closing]) => closed(ms, closing)),
      fc.constant({ [LABELS.closing]: 'odd' }),
    ),
    others: fc.constantFrom({ kpr_claim: undefined }, { kpr_repository: undefined }, { kpr_repository: '43' }, {}),
  },
  { requiredKeys: [] },
);
const facts = fc
  .tuple(
    fc.record(
      {
        version: fc.integer({ min: 2, max: 4 }),
        isOurs: fc.boolean(),
        isGone: fc.boolean(),
        isProven: fc.boolean(),
        deletedAt: fc.option(times.map((ms) => NOW - ms)),
      },
      { requiredKeys: [] },
    ),
    labels,
  )
  .map(([given, { quarantine, closing, others }]) => orphan(given, { ...quarantine, ...closing, ...others }));
const rules: fc.Arbitrary<OrphanRules> = fc
  .constantFrom('full', 'keep-orphans', 'create-only')
  .map((policy) => ({ ...RULES, policy }));

describe('in every world', () => {
  it('nothing is deleted that is not gone, not ours, not as it was ordered, or not ordered', () => {
    fc.assert(
      fc.property(facts, rules, (world, given) => {
        if (nextStep(world, given).kind !== 'delete') return;
        const closing = readClosing(world.labels);

        expect(isOrphan(world) && world.isOurs).to.equal(true);
        expect(closing).to.include({ uuid: world.uuid, version: world.version });
        expect(world.isProven || closing?.order === 'unproven').to.equal(true);
        expect(closing?.since).to.be.at.most(given.now);
      }),
      { numRuns: 2000 },
    );
  });

  it('neither sweep nor push deletes without proof, after a push, or against the policy', () => {
    fc.assert(
      fc.property(facts, rules, fc.constantFrom('sweep', 'push'), (world, given, order) => {
        if (!orphanVerdict(world, order, given).mayGo) return;

        expect(world).to.include({ isOurs: true, isProven: true, version: 3 });
        expect(given.policy).to.equal('full');
      }),
      { numRuns: 2000 },
    );
  });

  it('the next step comes to rest: what is cleared or begun is not cleared or begun again', () => {
    fc.assert(
      fc.property(facts, rules, (world, given) => {
        let now = world;
        for (let steps = 0; steps < 4; steps++) now = carryOut(now, given);

        expect(carryOut(now, given)).to.deep.equal(now);
      }),
      { numRuns: 2000 },
    );
  });

  it('time alone brings a proven orphan of ours to its end, if the policy lets it', () => {
    fc.assert(
      fc.property(facts, (world) => {
        const mayEnd = isOrphan(world) && world.isOurs && world.isProven && world.version === 3;
        const hasClaim = orphanVerdict(world, 'push', RULES).mayGo;
        if (!mayEnd || !hasClaim) return;

        let now = world;
        const kinds: string[] = [];
        for (let days = 0; days < 8 && kinds.at(-1) !== 'delete'; days++) {
          const given = { ...RULES, now: NOW + days * 48 * HOUR_MS };
          kinds.push(nextStep(now, given).kind);
          now = carryOut(now, given);
        }
        expect(kinds.at(-1)).to.equal('delete');
      }),
    );
  });

  it('people are told why an orphan stays, and nothing of one that may go', () => {
    fc.assert(
      fc.property(facts, rules, (world, given) => {
        const view = viewOrphan('acme/web/api', world, null, given);

        expect(view.reason === null).to.equal(view.state === 'due' && given.policy === 'full');
        expect(view.message).to.not.contain('undefined');
      }),
    );
  });
});

/** What a sweep does to the labels. */
function carryOut(world: OrphanFacts, given: OrphanRules): OrphanFacts {
  const step = nextStep(world, given);
  const kept = Object.entries(world.labels);
  switch (step.kind) {
    case 'clear':
      return { ...world, labels: Object.fromEntries(kept.filter(([key]) => !step.labels.includes(key))) };
    case 'quarantine':
      return { ...world, labels: { ...world.labels, [LABELS.quarantine]: new Date(given.now).toISOString() } };
    case 'due': {
      const closing = formatClosing({ uuid: world.uuid, version: world.version, since: given.now, order: 'sweep' });
      return { ...world, labels: { ...world.labels, [LABELS.closing]: closing } };
    }
    case 'none':
    case 'blocked':
    case 'wait':
    case 'delete':
      return world;
    default:
      return step satisfies never;
  }
}
