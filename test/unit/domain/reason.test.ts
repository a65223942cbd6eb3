import { expect } from 'chai';
import { describeReason, isReason, REASONS, refuse } from '../../../lib/domain/reason.ts';
import { RefusedError } from '../../../lib/errors.ts';

describe('REASONS', () => {
  it('is the closed list that operators know', () => {
    const codes = `
      bad-credentials too-many-failures permission-missing bad-name unknown-organization unknown-product ambiguous-label
      push-product-missing organization-excluded name-refused label-taken synced-repository native-push-repository
      other-owner foreign-distribution closing orphaned
      pinned incomplete-index nested-index last-tag atomic-signature push-repository-unreadable policy
      paced katello-busy pulp-busy pulp-down katello-down account-refused queue-paused
      setting-off proxy-permission no-library proxy-failed not-serving
      quarantined unproven pushed-since-claim
      publish-overdue task-paused orphan-limit blob-mismatch distribution-changed`;

    expect(REASONS).to.deep.equal(codes.trim().split(/\s+/));
  });

  it('has a message for each', () => {
    for (const reason of REASONS) {
      expect(describeReason(reason).message, reason).to.match(/\S/);
    }
  });

  it('knows its own codes only', () => {
    expect(isReason('pinned')).to.equal(true);
    expect(isReason('toString')).to.equal(false);
  });
});

describe('describeReason', () => {
  it('fills message and hint', () => {
    expect(describeReason('ambiguous-label', { label: 'acme', a: '1', b: '4' })).to.deep.equal({
      message: 'acme fits ids 1, 4',
      hint: 'push to id/…',
    });
    expect(describeReason('pinned', { tag: '1' }).message).to.equal('1 was changed in Katello');
  });

  it('has no hint where nobody can do anything', () => {
    expect(describeReason('policy', { action: 'remove-tags' })).to.deep.equal({
      message: 'KPR_POLICY forbids remove-tags',
      hint: null,
    });
  });

  it('shows a missing or empty detail as a question mark', () => {
    expect(describeReason('name-refused', { name: '' }).message).to.equal('Katello refuses ?: ?');
  });

  it('shows control characters, line separators and turns of reading direction', () => {
    const { message } = describeReason('pinned', { tag: 'a\u001b[2Jb\n\u2028\u202ec\u0085' });

    expect(message).to.equal('a\\u{1b}[2Jb\\u{a}\\u{2028}\\u{202e}c\\u{85} was changed in Katello');
  });

  it('leaves letters of all scripts as they are', () => {
    expect(describeReason('pinned', { tag: 'straße 日本 😀' }).message).to.equal(
      'straße 日本 😀 was changed in Katello',
    );
  });

  it('cuts long details, and never within a character', () => {
    const { message } = describeReason('pinned', { tag: '😀'.repeat(100_000) });

    expect(message).to.equal(`${'😀'.repeat(200)}… was changed in Katello`);
  });

  it('shows a detail of the greatest length whole', () => {
    expect(describeReason('pinned', { tag: 'x'.repeat(200) }).message).to.equal(
      `${'x'.repeat(200)} was changed in Katello`,
    );
  });

  it('does not fill what came with a detail', () => {
    const details = { name: '{message} $& $1', message: 'taken' };

    expect(describeReason('name-refused', details).message).to.equal('Katello refuses {message} $& $1: taken');
  });
});

describe('refuse', () => {
  it('makes an error with the text, the code and the details', () => {
    const error = refuse('unknown-organization', { org: 'acme' });

    expect(error).to.be.instanceOf(RefusedError);
    expect(error.message).to.equal('no organization acme');
    expect(error.reason).to.equal('unknown-organization');
    expect(error.details).to.deep.equal({ org: 'acme' });
    expect(error.disposition).to.equal('give-up');
  });
});
