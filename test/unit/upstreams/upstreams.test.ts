import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { AuthError, TransportError } from '../../../lib/errors.ts';
import { createUpstreams, type Upstreams } from '../../../lib/upstreams.ts';
import { silentLog } from '../../support/state.ts';

const refusal = {
  system: 'katello',
  method: 'GET',
  url: '/',
  status: 401,
  detail: '',
  retryAfterSeconds: null,
} as const;

describe('createUpstreams', () => {
  let failures: { pulp?: Error; katello?: Error };
  let asked: string[];
  let said: string[];
  let changes: boolean[];
  let ups: string[];
  let clock: number;
  /** ends the waits at hand; each watcher waits once at a time */
  let waits: { ms: number; end: () => void }[];
  let upstreams: Upstreams;

  beforeEach(() => {
    failures = {};
    asked = [];
    said = [];
    changes = [];
    ups = [];
    clock = 1_000_000;
    waits = [];
    const probe = (name: 'pulp' | 'katello') => async () => {
      asked.push(name);
      if (failures[name]) throw failures[name];
      return `${name} 1`;
    };
    const say = (message: string) => void said.push(message.split(':')[0] ?? '');
    upstreams = createUpstreams({
      probes: { pulp: probe('pulp'), katello: probe('katello') },
      onUp: (upstream, version) => ups.push(`${upstream} ${version}`),
      onChange: (isOpen) => changes.push(isOpen),
      log: { ...silentLog, info: say, warn: say },
      now: () => clock,
      delay: (ms, signal) =>
        new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
          waits.push({ ms, end: resolve });
        }),
    });
  });

  /** Lets what can go on without time go on. */
  const settle = () => sleep(0);

  it('counts as open until something is known', () => {
    expect(upstreams.isOpen()).to.equal(true);
    expect(upstreams.states().pulp.state).to.equal('unknown');
  });

  it('tells the version when a system answers first', async () => {
    expect(await upstreams.check('katello')).to.equal(true);

    expect(upstreams.states().katello).to.include({ state: 'up', version: 'katello 1', error: null });
    expect(ups).to.deep.equal(['katello katello 1']);
    expect(said).to.deep.equal([]);
  });

  it('says once that a system is away and once that it is back', async () => {
    failures.pulp = new TransportError('pulp', 'no answer');
    await upstreams.check('pulp');
    await upstreams.check('pulp');
    clock += 5000;
    delete failures.pulp;
    await upstreams.check('pulp');
    await upstreams.check('pulp');

    expect(said).to.deep.equal(['system is away', 'system answers again']);
    expect(changes).to.deep.equal([false, true]);
    expect(ups).to.have.lengthOf(1);
  });

  it('keeps since when it is away', async () => {
    failures.pulp = new TransportError('pulp', 'no answer');
    await upstreams.check('pulp');
    clock += 5000;
    await upstreams.check('pulp');

    expect(upstreams.states().pulp.since.getTime()).to.equal(1_000_000);
    expect(upstreams.states().pulp.error).to.equal('no answer');
  });

  it('tells a refused account from an absent system', async () => {
    failures.katello = new AuthError(refusal);
    await upstreams.check('katello');

    expect(upstreams.states().katello.state).to.equal('refused');
    expect(upstreams.isOpen()).to.equal(false);
    expect(said).to.deep.equal(['system refuses our account']);
  });

  it('is open again only when both answer', async () => {
    failures.pulp = new TransportError('pulp', 'no');
    failures.katello = new TransportError('katello', 'no');
    await upstreams.check('pulp');
    await upstreams.check('katello');
    delete failures.pulp;
    await upstreams.check('pulp');

    expect(changes).to.deep.equal([false]);

    delete failures.katello;
    await upstreams.check('katello');

    expect(changes).to.deep.equal([false, true]);
  });

  it('asks once for equal questions at the same time', async () => {
    await Promise.all([upstreams.check('pulp'), upstreams.check('pulp')]);

    expect(asked).to.deep.equal(['pulp']);
  });

  it('asks when a call to a system that was up had no answer', async () => {
    await upstreams.check('pulp');
    failures.pulp = new TransportError('pulp', 'no');
    upstreams.saw('pulp', 200);
    upstreams.saw('pulp', null);
    await settle();

    expect(upstreams.states().pulp.state).to.equal('down');
    expect(asked).to.have.lengthOf(2);
  });

  it('asks when a system that was away answered a call', async () => {
    failures.pulp = new TransportError('pulp', 'no');
    await upstreams.check('pulp');
    delete failures.pulp;
    upstreams.saw('pulp', null);
    upstreams.saw('pulp', 200);
    await settle();

    expect(upstreams.states().pulp.state).to.equal('up');
  });

  describe('run', () => {
    let stop: AbortController;
    let running: Promise<void>;

    beforeEach(async () => {
      stop = new AbortController();
      failures.katello = new TransportError('katello', 'no');
      running = upstreams.run(stop.signal);
      await settle();
    });

    afterEach(async () => {
      stop.abort();
      await running;
    });

    it('asks both at once, one that is away again soon, one that answers only after a silence', () => {
      expect(asked).to.deep.equal(['pulp', 'katello']);
      expect(waits.map(({ ms }) => ms)).to.deep.equal([30_000, 1000]);
    });

    it('asks one that is away less and less often', async () => {
      for (let i = 1; i < 7; i += 1) {
        waits.at(-1)?.end();
        await settle();
      }

      expect(waits.slice(1).map(({ ms }) => ms)).to.deep.equal([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
    });

    it('asks one that refuses the account seldom, before it locks us out', async () => {
      failures.katello = new AuthError(refusal);
      for (let i = 1; i < 7; i += 1) {
        waits.at(-1)?.end();
        await settle();
      }

      expect(waits.slice(2).map(({ ms }) => ms)).to.deep.equal([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
    });

    it('does not ask one that answered other calls meanwhile', async () => {
      clock += 20_000;
      upstreams.saw('pulp', 200);
      clock += 10_000;
      waits[0]?.end();
      await settle();

      expect(asked.filter((name) => name === 'pulp')).to.have.lengthOf(1);
      expect(waits.at(-1)?.ms).to.equal(20_000);
    });
  });
});
