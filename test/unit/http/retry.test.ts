import { expect } from 'chai';
import { AuthError, HttpStatusError, InvariantError, ResponseShapeError, TransportError } from '../../../lib/errors.ts';
import { NoAnswer } from '../../../lib/http/no-answer.ts';
import { hadNoEffect, mayRepeat, pauseMs } from '../../../lib/http/retry.ts';

const failure = (status: number, retryAfterSeconds: number | null = null) => ({
  system: 'pulp' as const,
  method: 'GET',
  url: '/',
  status,
  detail: '',
  retryAfterSeconds,
});
const answered = (status: number, retryAfterSeconds?: number) =>
  new HttpStatusError(failure(status, retryAfterSeconds));
const silent = (mayHaveArrived: boolean) =>
  new TransportError('pulp', 'no answer', { cause: new NoAnswer('CODE', 'text', mayHaveArrived) });

describe('hadNoEffect', () => {
  it('is certain only where nothing was reached, or the server turned the request away unread', () => {
    for (const error of [answered(429), answered(503), silent(false)]) expect(hadNoEffect(error)).to.equal(true);
    for (const error of [answered(500), answered(400), silent(true), new Error('bug')]) {
      expect(hadNoEffect(error)).to.equal(false);
    }
  });
});

describe('mayRepeat', () => {
  it('repeats an idempotent call whenever the failure passes by itself', () => {
    for (const error of [answered(500), answered(502), answered(429), answered(408), silent(true), silent(false)]) {
      expect(mayRepeat(error, true)).to.equal(true);
    }
  });

  it('repeats any other call only when it had no effect', () => {
    for (const error of [answered(429), answered(503), silent(false)]) expect(mayRepeat(error, false)).to.equal(true);
    for (const error of [answered(500), answered(502), answered(504), answered(408), silent(true)]) {
      expect(mayRepeat(error, false)).to.equal(false);
    }
  });

  it('never repeats what would fail again', () => {
    const lasting = [
      answered(400),
      answered(404),
      answered(422),
      new AuthError(failure(401)),
      new ResponseShapeError('pulp', 'odd', ['x']),
      new InvariantError('bug'),
      new Error('unknown'),
      new DOMException('aborted', 'AbortError'),
    ];

    for (const error of lasting) expect(mayRepeat(error, true)).to.equal(false);
  });
});

describe('pauseMs', () => {
  it('doubles from half a second up to half a minute', () => {
    expect([1, 2, 3, 10].map((attempt) => pauseMs(silent(true), attempt))).to.deep.equal([500, 1000, 2000, 30_000]);
  });

  it('obeys the server, within limits', () => {
    expect(pauseMs(answered(503, 7), 1)).to.equal(7000);
    expect(pauseMs(answered(503, 0), 3)).to.equal(0);
    expect(pauseMs(answered(503, 86_400), 1)).to.equal(30_000);
  });
});
