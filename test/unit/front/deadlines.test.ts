import { once } from 'node:events';
import { expect } from 'chai';
import { createDeadlines } from '../../../lib/front/deadlines.ts';

describe('createDeadlines', () => {
  const untilAborted = async (signal: AbortSignal): Promise<never> => {
    if (!signal.aborted) await once(signal, 'abort');
    throw signal.reason;
  };
  const outcome = (work: Promise<unknown>) =>
    work.catch((error: unknown) => (error instanceof Error ? error.name : 'no error'));

  it('passes on what work answers, and what it throws', async () => {
    const deadlines = createDeadlines(60_000);

    expect(await deadlines.run(async () => 'done')).to.equal('done');
    expect(await outcome(deadlines.run(() => Promise.reject(new TypeError('odd'))))).to.equal('TypeError');
  });

  it('gives work up when its time is over', async () => {
    expect(await outcome(createDeadlines(1).run(untilAborted))).to.equal('TimeoutError');
  });

  it('gives all work up when it is closed', async () => {
    const deadlines = createDeadlines(60_000);
    const both = [outcome(deadlines.run(untilAborted)), outcome(deadlines.run(untilAborted))];

    deadlines.close();

    expect(await Promise.all(both)).to.deep.equal(['AbortError', 'AbortError']);
  });
});
