import { expect } from 'chai';
import {
  type Closing,
  formatClosing,
  formatQuarantine,
  readClosing,
  readQuarantine,
} from '../../../lib/domain/closing.ts';

const NOON = Date.parse('2026-08-21T12:00:00Z');
const closing: Closing = { uuid: '0198c0de-0000-7000-8000-000000000001', version: 11, since: NOON, order: 'sweep' };

describe('the label kpr_closing', () => {
  it('is read as it was written, and holds nothing that Pulp refuses', () => {
    const text = formatClosing(closing);

    expect(text).to.equal('1 0198c0de-0000-7000-8000-000000000001 11 2026-08-21T12:00:00.000Z sweep');
    expect(text).to.not.match(/[,()]/);
    expect(readClosing({ kpr_closing: text })).to.deep.equal(closing);
  });

  const odd = [
    '',
    'true',
    '2026-08-21T12:00:00Z',
    '2 u 11 2026-08-21T12:00:00Z sweep',
    '1 u -1 2026-08-21T12:00:00Z sweep',
    '1 u 11 yesterday sweep',
    '1 u 11 2026-13-41T12:00:00Z sweep',
    '1 u 11 2026-08-21T12:00:00Z nobody',
    '1 u 99999999999 2026-08-21T12:00:00Z sweep',
  ];
  for (const text of odd) {
    it(`is none if it says ${JSON.stringify(text)}`, () => {
      expect(readClosing({ kpr_closing: text })).to.equal(null);
    });
  }

  it('is none without it, or without a value', () => {
    expect([readClosing({}), readClosing({ kpr_closing: null })]).to.deep.equal([null, null]);
  });
});

describe('the label kpr_quarantine', () => {
  it('is a time in UTC', () => {
    expect(formatQuarantine(NOON)).to.equal('2026-08-21T12:00:00.000Z');
    expect(readQuarantine({ kpr_quarantine: formatQuarantine(NOON) })).to.equal(NOON);
  });

  it('is none without one', () => {
    for (const text of [null, '', 'soon', '2026-08-21', '2026-02-30T99:00:00Z']) {
      expect(readQuarantine({ kpr_quarantine: text }), String(text)).to.equal(null);
    }
  });
});
