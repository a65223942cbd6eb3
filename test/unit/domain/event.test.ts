import { expect } from 'chai';
import { createAlarm } from '../../../lib/domain/alarm.ts';
import {
  createEvent,
  happeningOf,
  happeningOfAlarm,
  happeningOfOrphan,
  happeningOfProxy,
} from '../../../lib/domain/event.ts';
import { openReceipt, type ReceiptState } from '../../../lib/domain/receipt.ts';

const now = Date.parse('2026-08-21T14:28:00Z');
const opened = openReceipt({
  path: 'acme/api',
  uuid: 'u1',
  version: 7,
  claimedVersion: null,
  kind: 'push',
  user: null,
  note: null,
  pushedAt: new Date(now),
});
const receiptIn = (state: ReceiptState) => ({ ...opened, state });

describe('happeningOf', () => {
  for (const state of ['done', 'failed', 'refused'] as const) {
    it(`tells that a push is ${state}`, () => {
      const happening = happeningOf(receiptIn(state));

      expect(happening).to.include({ type: `io.kpr.push.${state}`, subject: 'acme/api' });
      expect(happening?.id).to.equal(`u1@7:io.kpr.push.${state}`);
    });
  }

  it('tells nothing while a push is under way', () => {
    for (const state of ['queued', 'running', 'waiting'] as const) expect(happeningOf(receiptIn(state))).to.equal(null);
  });
});

describe('createEvent', () => {
  it('is a CloudEvent in structured JSON', () => {
    const happening = happeningOf(receiptIn('done'));
    if (!happening) throw new Error('nothing happened');

    expect(createEvent(happening, 'https://push.example.com', now)).to.deep.equal({
      specversion: '1.0',
      id: 'u1@7:io.kpr.push.done',
      source: 'https://push.example.com',
      type: 'io.kpr.push.done',
      subject: 'acme/api',
      time: '2026-08-21T14:28:00.000Z',
      datacontenttype: 'application/json',
      data: receiptIn('done'),
    });
  });

  it('names the proxy and the time of its trouble, so that each is another event', () => {
    const failure = { proxy: 'proxy.example.com', path: 'acme/api', at: '2026-08-21T14:28:00.000Z' };

    const { id, subject } = happeningOfProxy(failure);

    expect(id).to.equal('acme/api:io.kpr.proxy.failed:proxy.example.com:2026-08-21T14:28:00.000Z');
    expect(subject).to.equal('acme/api');
  });

  it('tells orphans apart by what they are and when', () => {
    const orphan = { path: 'acme/api', uuid: 'u1', at: '2026-08-21T14:28:00.000Z' };

    const ids = (['found', 'deleted'] as const).map((what) => happeningOfOrphan(what, orphan).id);

    expect(ids).to.deep.equal([
      'u1:io.kpr.orphan.found:2026-08-21T14:28:00.000Z',
      'u1:io.kpr.orphan.deleted:2026-08-21T14:28:00.000Z',
    ]);
  });

  it('has no subject where it concerns all, and an id of its own each time an alarm begins', () => {
    const raised = (at: number) =>
      createAlarm({ source: 'orphans', path: null }, { alarm: 'orphan-limit', details: { n: '12' } }, at);

    const event = createEvent(happeningOfAlarm(raised(now)), 'https://push.example.com', now);

    expect(event).to.not.have.property('subject');
    expect(event.id).to.not.equal(happeningOfAlarm(raised(now + 1)).id);
  });
});
