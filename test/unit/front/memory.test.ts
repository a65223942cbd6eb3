import { expect } from 'chai';
import { createMemory } from '../../../lib/front/memory.ts';

describe('createMemory', () => {
  let nowMs: number;
  let loads: number;

  beforeEach(() => {
    nowMs = 1000;
    loads = 0;
  });

  const open = (ttlMs: number) => createMemory<{ n: number }>({ ttlMs, now: () => nowMs }, ({ n }) => n !== 7);
  const load = async () => ({ n: ++loads });

  it('keeps an answer for its time', async () => {
    const memory = open(100);

    const first = await memory.read('a', load);
    nowMs += 100;
    const kept = await memory.read('a', load);
    nowMs += 1;
    const anew = await memory.read('a', load);

    expect([first.n, kept.n, anew.n]).to.deep.equal([1, 1, 2]);
  });

  it('shares one load among equal questions at one moment, even if nothing is kept', async () => {
    const memory = open(0);

    const both = await Promise.all([memory.read('a', load), memory.read('a', load), memory.read('b', load)]);
    const later = await memory.read('a', load);

    expect([...both, later].map(({ n }) => n)).to.deep.equal([1, 1, 2, 3]);
  });

  it('keeps no answer that is not worth it', async () => {
    const memory = open(100);
    loads = 6;

    const answers = [await memory.read('a', load), await memory.read('a', load), await memory.read('a', load)];

    expect(answers.map(({ n }) => n)).to.deep.equal([7, 8, 8]);
  });

  it('passes a failure to all who wait, and does not keep it', async () => {
    const memory = open(100);
    const fail = async (): Promise<{ n: number }> => {
      throw new Error(`away ${++loads}`);
    };

    const failures = await Promise.allSettled([memory.read('a', fail), memory.read('a', fail)]);
    const next = await memory.read('a', load);

    expect(failures.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(next).to.deep.equal({ n: 2 });
  });
});
