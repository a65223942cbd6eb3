import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Entry, findContradictions } from './check.ts';

/** `+a` is a push of a, `-` a push that takes the tag away; `a` is a pull that gets a, `.` one that finds no tag. */
function parse(story: string): Entry[] {
  return story.split(' ').map((word): Entry => {
    if (word === '-') return { kind: 'pushed', digest: null };
    if (word.startsWith('+')) return { kind: 'pushed', digest: word.slice(1) };
    return { kind: 'pulled', digest: word === '.' ? null : word };
  });
}

describe('The history checker', () => {
  const passes: Readonly<Record<string, string>> = {
    'takes a tag that shows each push': '. +a . a +b a b',
    'takes a push that was skipped': '+a +b +c c',
    'takes a push that was skipped later on': '+a a +b +c a c',
    'takes a tag that nobody pushed': '.',
    'takes a tag that a push took away': '+a a - a .',
    'takes a tag that came back with another push': '+a a - . +b . b',
    'takes a tag whose absence nobody saw': '+a a - +b b',
    'takes an image that was pushed again': '+a a +b b +a b a',
    'takes an image pushed again while the one between was skipped': '+a a +b +a a',
  };
  for (const [rule, story] of Object.entries(passes)) {
    it(rule, () => {
      expect(findContradictions(parse(story))).to.deep.equal([]);
    });
  }

  const failures: Readonly<Record<string, readonly [story: string, what: string]>> = {
    'sees a tag go back': ['+a a +b b a b', 'went back from push 2 to push 1'],
    'sees a tag go back to an image that was pushed twice': ['+a +b +a +c c a c', 'went back from push 4 to push 3'],
    'sees a tag go back over one that was pushed again': ['+a +b +a b a b a', 'went back from push 3 to push 2'],
    'sees a tag vanish': ['+a a . a', 'vanished after push 1, though no push took it away'],
    'sees a deleted tag come back': ['+a a - . a .', 'went back from push 2 to push 1'],
    'sees an image that nobody pushed': ['+a x a', 'showed x after push 0, which nobody had pushed'],
    'sees an image before it was pushed': ['+a a b +b b', 'showed b after push 1, which nobody had pushed'],
    'sees a last push that did not arrive': ['+a a +b a', 'ends in a instead of b'],
    'sees a deletion that did not arrive': ['+a a -', 'ends in a instead of no tag'],
    'sees a tag that was never there': ['. +a .', 'ends in no tag instead of a'],
    'sees a push that nobody ever looked for': ['+a', 'ends in no tag instead of a'],
  };
  for (const [rule, [story, what]] of Object.entries(failures)) {
    it(rule, () => {
      expect(findContradictions(parse(story))).to.deep.equal([what]);
    });
  }

  it('goes on after what it saw', () => {
    expect(findContradictions(parse('+a a +b b a . b'))).to.deep.equal([
      'went back from push 2 to push 1',
      'vanished after push 2, though no push took it away',
    ]);
  });

  /** Pushes of distinct images, and for each how often it was pulled before the next one. */
  const anyTimes = fc.array(fc.nat(2), { minLength: 2, maxLength: 12 });
  const honest = (times: readonly number[]): Entry[] =>
    times.flatMap((count, i): Entry[] => {
      const digest = `d${i}`;
      const pulls = i === times.length - 1 ? Math.max(count, 1) : count;
      return [{ kind: 'pushed', digest }, ...Array.from({ length: pulls }, (): Entry => ({ kind: 'pulled', digest }))];
    });

  it('takes every history of a server that shows what was pushed last', () => {
    fc.assert(fc.property(anyTimes, (times) => findContradictions(honest(times)).length === 0));
  });

  it('takes no history in which an older image was pulled behind a newer one', () => {
    fc.assert(
      fc.property(anyTimes, fc.nat(), (times, pick) => {
        const entries = honest(times);
        const older: Entry = { kind: 'pulled', digest: `d${pick % (times.length - 1)}` };
        return findContradictions([...entries, older, ...entries.slice(-1)]).length > 0;
      }),
    );
  });
});
