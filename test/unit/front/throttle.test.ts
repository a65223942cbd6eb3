import { expect } from 'chai';
import { RefusedError } from '../../../lib/errors.ts';
import { createThrottle, type Throttle } from '../../../lib/front/throttle.ts';

type Verdict = 'right' | 'wrong';

describe('createThrottle', () => {
  let nowMs: number;
  let asked: number;
  let full: number;
  let throttle: Throttle;

  beforeEach(() => {
    nowMs = 1_000_000;
    asked = 0;
    full = 0;
    throttle = createThrottle({ now: () => nowMs, onFull: () => void full++ });
  });

  const attempt = (login: string, answer: () => Promise<Verdict>, isKnown = false, mayHaveCounted = true) =>
    throttle
      .run(
        {
          login,
          isKnown,
          ask: () => {
            asked++;
            return answer();
          },
          isWrong: (verdict) => verdict === 'wrong',
          mayHaveCounted: () => mayHaveCounted,
        },
        new AbortController().signal,
      )
      .catch((error: unknown) => {
        if (error instanceof RefusedError) return `${error.reason} ${error.details['s']}`;
        return 'no answer';
      });
  const wrong = async (): Promise<Verdict> => 'wrong';
  const right = async (): Promise<Verdict> => 'right';
  const silent = async (): Promise<Verdict> => {
    throw new Error('timeout');
  };
  const failTimes = async (times: number, prefix = 'u') => {
    for (let n = 0; n < times; n++) await attempt(`${prefix}${n}`, wrong);
  };

  it('asks for any number of right logins', async () => {
    for (let n = 0; n < 40; n++) expect(await attempt('alice', right)).to.equal('right');
  });

  it('asks five times for one login, however it is written, and goes on for others', async () => {
    for (const login of ['bob', 'BOB', 'Bob', 'bob', 'bob']) expect(await attempt(login, wrong)).to.equal('wrong');

    expect(await attempt('bob', right)).to.equal('too-many-failures 300');
    expect(await attempt('alice', right)).to.equal('right');
    expect(asked).to.equal(6);
  });

  it('stops asking after 15 failures in all, and says so once', async () => {
    await failTimes(15);

    expect(await attempt('alice', right)).to.equal('too-many-failures 300');
    expect([asked, full]).to.deep.equal([15, 1]);
  });

  it('counts as Katello does: until five minutes after the last failure, whatever succeeds meanwhile', async () => {
    await failTimes(14);
    nowMs += 299_999;
    await attempt('alice', right);
    await attempt('last', wrong);
    nowMs += 299_999;
    expect(await attempt('alice', right)).to.equal('too-many-failures 1');

    nowMs += 1;
    expect(await attempt('alice', right)).to.equal('right');
    await failTimes(14);
    expect(await attempt('alice', right)).to.equal('right');
  });

  it('never has more under way than may fail', async () => {
    await failTimes(10);
    const under: ((verdict: Verdict) => void)[] = [];
    const slow = () => new Promise<Verdict>((resolve) => under.push(resolve));

    const many = Array.from({ length: 100 }, (_, n) => attempt(`v${n}`, slow));
    await new Promise(setImmediate);
    expect(under).to.have.lengthOf(5);
    for (const answer of under) answer('wrong');
    const outcomes = await Promise.all(many);

    expect(outcomes.filter((outcome) => outcome === 'wrong')).to.have.lengthOf(5);
    expect(outcomes.filter((outcome) => outcome.startsWith('too-many-failures'))).to.have.lengthOf(95);
    expect(asked).to.equal(15);
  });

  it('lets those who wait pass when the ones before them were right', async () => {
    await failTimes(14);

    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => attempt(`v${n}`, right)));

    expect(new Set(outcomes)).to.deep.equal(new Set(['right']));
  });

  it('goes on asking for credentials that were right before, up to a limit below the lock', async () => {
    await failTimes(15);

    expect(await attempt('alice', right, true)).to.equal('right');
    for (let n = 0; n < 20; n++) await attempt(`k${n}`, wrong, true);

    expect(asked).to.equal(26);
    expect(await attempt('alice', right, true)).to.match(/^too-many-failures/);
  });

  it('counts silence that may hide a failure, but not of known credentials, nor of what never arrived', async () => {
    for (let n = 0; n < 15; n++) await attempt(`n${n}`, silent, false, false);
    for (let n = 0; n < 15; n++) await attempt(`k${n}`, silent, true, true);
    expect(await attempt('alice', right)).to.equal('right');

    for (let n = 0; n < 15; n++) await attempt(`s${n}`, silent);
    expect(await attempt('alice', right)).to.equal('too-many-failures 300');
  });

  it('stops waiting with the signal', async () => {
    await failTimes(14);
    const answers: ((verdict: Verdict) => void)[] = [];
    const slow = attempt('slow', () => new Promise<Verdict>((resolve) => answers.push(resolve)));
    const leaving = new AbortController();

    const waiting = throttle
      .run(
        { login: 'alice', isKnown: false, ask: right, isWrong: () => false, mayHaveCounted: () => false },
        leaving.signal,
      )
      .catch((error: unknown) => (error instanceof Error ? error.name : ''));
    leaving.abort();

    expect(await waiting).to.equal('AbortError');
    answers[0]?.('right');
    expect(await slow).to.equal('right');
  });
});
