import { expect } from 'chai';
import { createHints } from '../../../lib/detect/hints.ts';
import { createManualTime } from '../../support/manual-time.ts';

describe('hints', () => {
  const setUp = () => {
    const time = createManualTime();
    return { time, hints: createHints(time.delay), stop: new AbortController() };
  };

  it('let a wait take its whole time when nothing is said', async () => {
    const { time, hints, stop } = setUp();
    const waiting = hints.wait(2000, 500, stop.signal);

    const waits = [await time.pass(), await time.pass()];

    await waiting;
    expect(waits).to.deep.equal([500, 1500]);
  });

  it('end a wait at once when its least time is over', async () => {
    const { time, hints, stop } = setUp();
    const waiting = hints.wait(2000, 500, stop.signal);
    await time.pass();
    await time.whenWaiting();

    hints.wake();

    await waiting;
  });

  it('do not shorten the least time: a flood of them is one look', async () => {
    const { time, hints, stop } = setUp();
    for (let count = 0; count < 1000; count++) hints.wake();

    const waiting = hints.wait(2000, 500, stop.signal);
    const waits = [await time.pass()];
    await waiting;
    const next = hints.wait(2000, 500, stop.signal);
    waits.push(await time.pass(), await time.pass());

    await next;
    expect(waits).to.deep.equal([500, 500, 1500]);
  });

  it('pass an abort on', async () => {
    const { time, hints, stop } = setUp();
    const waiting = hints.wait(2000, 500, stop.signal);
    await time.pass();
    await time.whenWaiting();

    stop.abort(new Error('stopped'));

    const error: unknown = await waiting.catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'stopped');
  });
});
