import { expect } from 'chai';
import { inParallel } from '../../support/faults/in-parallel.ts';
import { createImage } from '../../support/image/image.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { createOrphanLab, destroyInKatello, findKatelloId, type OrphanLabOptions } from '../../support/orphan-lab.ts';

const PATH = 'acme/web/api';
const MOST_WRITES = 12;
const signal = new AbortController().signal;

/** The process dies at this write: before it reached Pulp, or right after. */
class Crash extends Error {}

function crashingAt(nth: number, when: 'before' | 'after'): Required<Pick<OrphanLabOptions, 'wrap'>> {
  let writes = 0;
  const crash = async <T>(write: () => Promise<T>): Promise<T> => {
    writes += 1;
    if (writes === nth && when === 'before') throw new Crash();
    const result = await write();
    if (writes === nth) throw new Crash();
    return result;
  };
  return {
    wrap: (deps) => ({
      ...deps,
      pulp: {
        ...deps.pulp,
        setLabel: (...given) => crash(() => deps.pulp.setLabel(...given)),
        removeLabel: (...given) => crash(() => deps.pulp.removeLabel(...given)),
        deleteDistribution: (...given) => crash(() => deps.pulp.deleteDistribution(...given)),
        waitForTask: (...given) => crash(() => deps.pulp.waitForTask(...given)),
      },
    }),
  };
}

for (const world of ['a', 'b'] as const) {
  describe(`orphans, against a Pulp of world ${world}`, function () {
    this.timeout(180_000); // some are a dozen installations, or fifty pushes
    let lab: Lab;

    beforeEach(async () => {
      lab = await startLab({ world });
    });
    afterEach(() => lab.close());

    const names = () => [...lab.fakePulp.state.distributions.values()].map(({ basePath }) => basePath).toSorted();
    const pushAndSettle = async (path: string): Promise<void> => {
      await lab.push(path, '1', createImage({ seed: path }));
      await lab.settle(path);
    };
    const destroy = async (name: string) => destroyInKatello(lab, `repositories/${await findKatelloId(lab, name)}`);

    it('fifty of one organization go in one sweep where the limit allows them, and nothing else does', async () => {
      const orphans = createOrphanLab(lab, { settings: { limit: 50 } });
      const paths = Array.from({ length: 50 }, (_, at) => `acme/web/api${at}`);
      await inParallel(5, [...paths, 'globex/other'], pushAndSettle);
      await destroyInKatello(lab, 'organizations/1');

      await orphans.passQuarantine();
      await orphans.passClosing();

      expect(orphans.deleted()).to.equal(50);
      expect(names()).to.deep.equal(['globex/container_push/other', 'kpr.push/globex/other']);
    });

    for (const when of ['before', 'after'] as const) {
      it(`are gone in the end, and nothing else is, if the process dies ${when} any write`, async () => {
        let crashes = 0;
        await pushAndSettle('acme/web/other');

        for (let nth = 1; nth <= MOST_WRITES; nth++) {
          await pushAndSettle(PATH);
          await destroy('api');
          const dying = createOrphanLab(lab, crashingAt(nth, when));
          const died = await dying
            .passQuarantine()
            .then(() => dying.passClosing())
            .then(
              () => false,
              (error: unknown) => error instanceof Crash,
            );
          crashes += died ? 1 : 0;
          const next = createOrphanLab(lab); // all that it knew is gone
          await next.passQuarantine();
          await next.passClosing();

          expect(names(), `crash ${nth}`).to.deep.equal(['acme/web/other', 'kpr.push/acme/web/other']);
          expect(dying.deleted() + next.deleted(), `crash ${nth}`).to.be.at.most(1);
          if (!died) break;
        }

        expect(crashes).to.equal(4); // quarantine, closing, deletion, its task
      });
    }

    it('cost an ordinary run no call', async () => {
      await pushAndSettle(PATH);
      lab.calls.pulp.length = 0;
      lab.calls.katello.length = 0;

      await lab.reconcile(PATH);

      expect(lab.calls.katello.map(({ url }) => url).filter((url) => /tasks|full_result/.test(url))).to.deep.equal([]);
      expect(lab.orphaned).to.deep.equal([]);
    });

    it('are looked for by two calls, however many push repositories there are', async () => {
      const orphans = createOrphanLab(lab);
      await inParallel(4, ['acme/web/a', 'acme/web/b', 'acme/web/c', 'acme/web/d'], pushAndSettle);
      lab.calls.pulp.length = 0;
      lab.calls.katello.length = 0;

      await orphans.orphans.sweep(signal);

      expect([lab.calls.pulp.length, lab.calls.katello.length]).to.deep.equal([1, 1]);
    });
  });
}
