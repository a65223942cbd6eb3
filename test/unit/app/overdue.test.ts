import { expect } from 'chai';
import { watchOverdue } from '../../../lib/app/overdue.ts';
import type { Alarm } from '../../../lib/domain/alarm.ts';
import type { Alarms } from '../../../lib/state/alarms.ts';

describe('watchOverdue', () => {
  const now = Date.parse('2026-08-21T15:00:00Z');
  let raised: Map<string, Alarm>;
  let lines: string[];
  let askedBefore: number[];

  beforeEach(() => {
    raised = new Map();
    lines = [];
    askedBefore = [];
  });

  const alarms: Alarms = {
    raise: async (alarm) => {
      const isNew = !raised.has(alarm.path ?? '');
      raised.set(alarm.path ?? '', alarm);
      return isNew;
    },
    clear: async ({ path }) => raised.delete(path ?? ''),
    list: async () => [...raised.values()],
  };
  const watch = (late: string[]) =>
    watchOverdue({
      paths: {
        listUnpublished: async (before) => {
          askedBefore.push(before);
          return late;
        },
      },
      alarms,
      findReceipt: async () => null,
      log: {
        error: (message: string) => void lines.push(`error ${message}`),
        info: (message: string) => void lines.push(`info ${message}`),
      },
      now: () => now,
    });

  it('raises an alarm for a push that waits for a quarter of an hour, and says so once', async () => {
    await watch(['acme/api']);
    await watch(['acme/api']);

    expect(askedBefore[0]).to.equal(now - 15 * 60_000);
    expect(raised.get('acme/api')).to.include({ alarm: 'publish-overdue', source: 'overdue' });
    expect(lines).to.deep.equal(['error push is overdue']);
  });

  it('ends it when the push waits no more', async () => {
    await watch(['acme/api', 'acme/web']);

    await watch(['acme/web']);

    expect([...raised.keys()]).to.deep.equal(['acme/web']);
    expect(lines.at(-1)).to.equal('info push is overdue no more');
  });

  it('leaves alarms of others alone', async () => {
    const paused: Alarm = {
      alarm: 'task-paused',
      source: 'run',
      path: 'acme/api',
      since: new Date(now).toISOString(),
      message: '',
      hint: null,
    };
    raised.set('acme/api', paused);

    await watch([]);

    expect([...raised.values()]).to.deep.equal([paused]);
  });
});
