/** A push at each moment of a deletion: it is refused with a word to act on, or it survives. */
import { expect } from 'chai';
import type { OrphanDeps } from '../../lib/reconcile/orphans/deps.ts';
import { createFigures } from '../support/faults/figures.ts';
import { isLong, seed } from '../support/faults/settings.ts';
import { type FrontLab, startFrontLab } from '../support/front-lab.ts';
import { createImage } from '../support/image/image.ts';
import { CLOSING_MS, createOrphanLab, destroyInKatello, findKatelloId, HOUR_MS } from '../support/orphan-lab.ts';

/** More calls than a deletion makes, from the first look to the last. */
const MOST_CALLS = 60;
/** In the short run every third call, from one of the first three on. */
const STRIDE = isLong ? 1 : 3;
const FIRST_CALL = 1 + (seed % STRIDE);
const REFUSALS = [
  /^being deleted \(try again in \d minutes\)$/,
  /^its Katello repository is gone \(kpr orphans keep or delete /,
];

for (const world of ['a', 'b'] as const) {
  describe(`a push at each moment of a deletion, in world ${world} (seed ${seed})`, function () {
    this.timeout(280_000); // some forty pushes and deletions
    const figures = createFigures('A push during a deletion');
    let front: FrontLab;

    beforeEach(async () => {
      front = await startFrontLab({ world, front: { cacheMs: 0 } });
    });
    afterEach(async function () {
      figures.addTest(this.currentTest);
      await front.close();
    });
    after(() => figures.print());

    it('by whom it was granted before is in Pulp, or the token was dead', async () => {
      const told = await atEachCall(async (path, grantedAt) => {
        const isAlive = front.lab.deps.now() - grantedAt < CLOSING_MS;
        if (!isAlive) return 'dead';
        await front.lab.push(path, 'late', createImage({ seed: `late ${path}` }));
        return 'pushed';
      });

      expect(told.lost).to.deep.equal([]);
      expect([...told.answers]).to.include.members(['pushed', 'dead']);
    });

    it('by whom asks now is told why not, or it is in Pulp', async () => {
      const told = await atEachCall(async (path) => {
        const { status, message } = await front.ask({ as: 'dev', scopes: [`repository:${path}:pull,push`] });
        if (status !== 200) return message;
        await front.lab.push(path, 'late', createImage({ seed: `late ${path}` }));
        return 'pushed';
      });

      expect(told.lost).to.deep.equal([]);
      for (const answer of told.answers) {
        expect(answer === 'pushed' || REFUSALS.some((text) => text.test(answer)), answer).to.equal(true);
      }
    });

    /** Lets `act` come in at the first, second, … call of a deletion; answers what it said, and whose push is lost. */
    async function atEachCall(act: (path: string, grantedAt: number) => Promise<string>) {
      const answers = new Set<string>();
      const lost: string[] = [];
      for (let nth = FIRST_CALL; nth <= MOST_CALLS; nth += STRIDE) {
        const path = `acme/web/app${nth}`;
        await front.lab.push(path, '1', createImage({ seed: path }));
        await front.lab.settle(path);
        const grantedAt = front.lab.deps.now();
        await destroyInKatello(front.lab, `repositories/${await findKatelloId(front.lab, `app${nth}`)}`);

        let answer: string | null = null;
        const comeIn = beforeCall(nth, async () => {
          answer = await act(path, grantedAt);
        });
        const orphans = createOrphanLab(front.lab, { wrap: comeIn, settings: { quarantineMs: HOUR_MS } });
        await orphans.passQuarantine();
        await orphans.passClosing();
        await orphans.passQuarantine();
        await orphans.passClosing();

        if (answer === null) break; // the deletion has no more calls
        answers.add(answer);
        if (answer === 'pushed' && !isThere(path)) lost.push(`${path} at call ${nth}`);
        forget(path);
      }
      return { answers, lost };
    }

    function isThere(path: string): boolean {
      return [...front.lab.fakePulp.state.distributions.values()].some(
        ({ basePath }) => basePath === `kpr.push/${path}`,
      );
    }

    /** Later sweeps need not look at it. */
    function forget(path: string): void {
      const { distributions } = front.lab.fakePulp.state;
      for (const [id, { basePath }] of distributions) if (basePath === `kpr.push/${path}`) distributions.delete(id);
    }
  });
}

/** Does it once, before the n-th call to Pulp or Katello. */
function beforeCall(nth: number, act: () => Promise<void>): (deps: OrphanDeps) => OrphanDeps {
  let calls = 0;
  const count = async (): Promise<void> => {
    calls += 1;
    if (calls === nth) await act();
  };
  return ({ pulp, katello, ...deps }) => ({ ...deps, pulp: counted(pulp, count), katello: counted(katello, count) });
}

function counted<T extends object>(port: T, count: () => Promise<void>): T {
  return new Proxy(port, {
    get(target, name, receiver): unknown {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function' || name === 'listDistributions') return value;
      return async (...given: unknown[]): Promise<unknown> => {
        await count();
        const answer: unknown = await Reflect.apply(value, target, given);
        return answer;
      };
    },
  });
}
