import { expect } from 'chai';
import { type DriftRoundDeps, goRound } from '../../../lib/app/drifting.ts';
import type { Drift } from '../../../lib/domain/drift.ts';
import { TransportError } from '../../../lib/errors.ts';
import type { Lease } from '../../../lib/reconcile/deps.ts';

describe('goRound', () => {
  const { signal } = new AbortController();
  let lines: { level: string; message: string; fields: Record<string, unknown> }[];
  let rests: number[];
  let released: number;

  beforeEach(() => {
    lines = [];
    rests = [];
    released = 0;
  });

  const note = (level: string) => (message: string, fields?: object) => {
    lines.push({ level, message, fields: { ...fields } });
  };
  const lease: Lease = {
    isHeld: () => true,
    renew: async () => true,
    release: async () => {
      released += 1;
    },
  };
  function depsOf(drifts: Record<string, Drift | Error | null>, over: Partial<DriftRoundDeps> = {}): DriftRoundDeps {
    let clock = 0;
    return {
      listPaths: async () => Object.keys(drifts),
      check: async (path) => {
        clock += 100;
        const drift = drifts[path] ?? null;
        if (drift instanceof Error) throw drift;
        return drift;
      },
      isOpen: () => true,
      acquireLease: async () => lease,
      log: { info: note('info'), warn: note('warn') },
      now: () => clock,
      delay: async (ms) => void rests.push(ms),
      ...over,
    };
  }

  it('looks at every path, and rests four times as long as it worked', async () => {
    const result = await goRound(depsOf({ a: { kind: 'none' }, b: { kind: 'none' }, gone: null }), signal);

    expect(result).to.deep.equal({ paths: 3, drifted: 0, unknown: 0 });
    expect(rests).to.deep.equal([400, 400, 400]);
    expect(lines.map(({ level }) => level)).to.deep.equal(['info']);
    expect(released).to.equal(1);
  });

  it('warns of each path that is wrong', async () => {
    const drifts: Record<string, Drift> = {
      a: { kind: 'unpublished', actions: ['publish'] },
      b: { kind: 'unlisted', tags: ['1', '2'] },
    };

    const result = await goRound(depsOf(drifts), signal);

    expect(result?.drifted).to.equal(2);
    const warnings = lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields);
    expect(warnings[0]).to.deep.include({ path: 'a', planned: ['publish'] });
    expect(warnings[1]).to.deep.include({ path: 'b', tags: ['1', '2'], count: 2 });
  });

  it('goes on after a path that cannot be looked at', async () => {
    const result = await goRound(depsOf({ a: new TransportError('katello', 'reset'), b: { kind: 'none' } }), signal);

    expect(result).to.deep.equal({ paths: 2, drifted: 0, unknown: 1 });
  });

  it('ends while a server is away', async () => {
    const result = await goRound(depsOf({ a: { kind: 'none' } }, { isOpen: () => false }), signal);

    expect(result).to.deep.equal({ paths: 0, drifted: 0, unknown: 0 });
  });

  it('leaves the round to the daemon that has begun it', async () => {
    expect(await goRound(depsOf({ a: { kind: 'none' } }, { acquireLease: async () => null }), signal)).to.equal(null);
  });

  it('stops with the daemon', async () => {
    const stopping = new AbortController();
    const delay = async (_ms: number, stopped: AbortSignal) => {
      stopping.abort();
      stopped.throwIfAborted();
    };

    const error: unknown = await goRound(depsOf({ a: null, b: null }, { delay }), stopping.signal).catch(
      (reason: unknown) => reason,
    );

    expect(error).to.have.property('name', 'AbortError');
    expect(released).to.equal(1);
  });
});
