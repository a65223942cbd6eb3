import { expect } from 'chai';
import { isAbort, TaskTimeoutError } from '../../../lib/errors.ts';
import { delay, waitUntilFinal } from '../../../lib/http/wait.ts';

/** A clock that only waiting moves. */
function clock() {
  const gaps: number[] = [];
  let nowMs = 1000;
  return {
    gaps,
    now: () => nowMs,
    delay: async (ms: number) => {
      gaps.push(ms);
      nowMs += ms;
    },
  };
}

function wait(values: string[], { delay: pause, now }: ReturnType<typeof clock>, timeoutMs = 10_000) {
  return waitUntilFinal({
    system: 'pulp',
    task: '/tasks/1/',
    read: async () => values.shift() ?? 'running',
    isFinal: (value) => value === 'done',
    gapsMs: [200, 500, 1000],
    timeoutMs,
    delay: pause,
    now,
  });
}

describe('waitUntilFinal', () => {
  it('does not wait for what is final already', async () => {
    const time = clock();

    expect(await wait(['done'], time)).to.equal('done');
    expect(time.gaps).to.deep.equal([]);
  });

  it('waits a little longer each time, then evenly', async () => {
    const time = clock();

    await wait(['a', 'b', 'c', 'd', 'e', 'done'], time);

    expect(time.gaps).to.deep.equal([200, 500, 1000, 1000, 1000]);
  });

  it('looks once more when the time is up, then says which task it was', async () => {
    const time = clock();

    const failure = await wait([], time, 1000).catch((error: unknown) => error);

    expect(time.gaps).to.deep.equal([200, 500, 300]);
    expect(failure).to.be.instanceOf(TaskTimeoutError);
    expect(failure).to.have.property('task', '/tasks/1/');
  });

  it('ends with the abort, before the next read', async () => {
    const controller = new AbortController();
    const reads: number[] = [];

    const failure = await waitUntilFinal({
      system: 'pulp',
      task: '/tasks/1/',
      read: async () => reads.push(1),
      isFinal: () => false,
      gapsMs: [60_000],
      timeoutMs: 600_000,
      delay: (ms, signal) => {
        controller.abort();
        return delay(ms, signal);
      },
      now: () => 0,
      signal: controller.signal,
    }).catch((error: unknown) => error);

    expect(isAbort(failure)).to.equal(true);
    expect(reads).to.deep.equal([1]);
  });
});
