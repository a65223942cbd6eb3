import { expect } from 'chai';
import type { ReconcileDeps } from '../../../lib/reconcile/deps.ts';
import { createImage, createTwoArchitectures } from '../../support/image/image.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { createPulpClient } from '../../support/pulp/client.ts';

/** The process dies right after this write reached its server. */
class Crash extends Error {}

const WRITES = [
  'addContent',
  'removeContent',
  'setLabel',
  'createProduct',
  'createRepository',
  'importTag',
  'importUnits',
];

/** Dependencies that die after the n-th write, once. */
function crashingAfter(state: { writesLeft: number }): (deps: ReconcileDeps) => ReconcileDeps {
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver): unknown {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function' || !WRITES.includes(String(name))) return value;
        return async (...args: unknown[]) => {
          const result: unknown = await Reflect.apply(value, target, args);
          if (--state.writesLeft === 0) throw new Crash(`after ${String(name)}`);
          return result;
        };
      },
    });
  return (deps) => ({ ...deps, pulp: wrap(deps.pulp), katello: wrap(deps.katello) });
}

/** A first push of an image and an index, then a move and a removal of tags: every kind of write. */
const MAX_WRITES = 20;

for (const world of ['a', 'b'] as const) {
  describe(`a crash, against a Pulp of world ${world}`, function () {
    this.timeout(60_000); // each case is a dozen installations, one for each write
    let lab: Lab;
    afterEach(() => lab.close());

    it('after any write of a first push leaves nothing that the next run does not put right', async () => {
      const image = createImage({ seed: 'one' });
      const index = createTwoArchitectures({ seed: 'multi' });
      const points: string[] = [];

      for (let writes = 1; writes <= MAX_WRITES; writes++) {
        const state = { writesLeft: writes };
        lab = await startLab({ world, wrap: crashingAfter(state) });
        await lab.push('acme/api', '1', image);
        await lab.push('acme/api', 'multi', index);
        const crash = await lab.reconcile('acme/api').then(
          () => null,
          (error: unknown) => error,
        );
        if (!(crash instanceof Crash)) break;
        points.push(crash.message);

        await lab.settle('acme/api');

        expect(await lab.listed('acme/container_push/api'), crash.message).to.deep.equal({
          1: image.manifest.digest,
          multi: index.manifest.digest,
        });
        expect(await lab.reconcile('acme/api'), crash.message).to.deep.equal({ kind: 'done', result: 'unchanged' });
        await expectNoTwins(lab);
        await lab.close();
      }

      expect(points).to.include.members(
        ['createProduct', 'createRepository', 'importUnits', 'addContent', 'importTag', 'setLabel'].map(
          (name) => `after ${name}`,
        ),
      );
    });

    it('after any write of a first push brings back no tag that is deleted before the next run', async () => {
      const stable = createImage({ seed: 'stable' });
      const points: string[] = [];

      for (let writes = 1; writes <= MAX_WRITES; writes++) {
        lab = await startLab({ world, wrap: crashingAfter({ writesLeft: writes }) });
        await lab.push('acme/api', 'stable', stable);
        await lab.push('acme/api', 'deleted', createImage({ seed: 'deleted' }));
        const crash = await lab.reconcile('acme/api').then(
          () => null,
          (error: unknown) => error,
        );
        if (!(crash instanceof Crash)) break;
        points.push(crash.message);
        await untag(lab, 'acme/api', 'deleted');

        await lab.settle('acme/api');

        const wanted = { stable: stable.manifest.digest };
        expect(await lab.listed('acme/container_push/api'), crash.message).to.deep.equal(wanted);
        expect(await lab.reconcile('acme/api'), crash.message).to.deep.equal({ kind: 'done', result: 'unchanged' });
        await lab.close();
      }

      expect(points).to.include.members(['after addContent', 'after importTag']);
    });

    it('after any write of a moved tag leaves nothing that the next run does not put right', async () => {
      const points: string[] = [];

      for (let writes = 1; writes <= MAX_WRITES; writes++) {
        const state = { writesLeft: Number.POSITIVE_INFINITY };
        lab = await startLab({ world, wrap: crashingAfter(state), settings: { superseded: 'remove' } });
        await lab.push('acme/web/api', 'latest', createImage({ seed: 'old' }));
        await lab.push('acme/web/api', 'stable', createImage({ seed: 'stable' }));
        await lab.reconcile('acme/web/api');
        const image = createImage({ seed: 'new' });
        await lab.push('acme/web/api', 'latest', image);
        state.writesLeft = writes;
        const crash = await lab.reconcile('acme/web/api').then(
          () => null,
          (error: unknown) => error,
        );
        if (!(crash instanceof Crash)) break;
        points.push(crash.message);

        await lab.settle('acme/web/api');

        expect(await lab.listed('acme/web/api'), crash.message).to.include({ latest: image.manifest.digest });
        expect(await lab.reconcile('acme/web/api'), crash.message).to.deep.equal({ kind: 'done', result: 'unchanged' });
        await lab.close();
      }

      expect(points).to.deep.equal(
        ['addContent', 'removeContent', 'importTag', 'setLabel'].map((name) => `after ${name}`),
      );
    });
  });
}

/** Takes a tag out of the push repository. */
async function untag({ fakePulp }: Lab, path: string, tag: string): Promise<void> {
  const pulp = createPulpClient(fakePulp);
  const repository = await pulp.findRepository(`kpr.push/${path}`);
  await pulp.finish(await pulp.post(`${repository?.pulp_href}untag/`, { tag }));
}

async function expectNoTwins(lab: Lab): Promise<void> {
  const [acme] = await lab.katello.listOrganizations();
  const products = await lab.katello.listProducts(acme?.id ?? 0);
  const names = products.map(({ name }) => name);
  expect(names).to.have.lengthOf(new Set(names).size);
  for (const { id } of products) {
    const repositories = (await lab.katello.listRepositories(acme?.id ?? 0, id)).map(({ name }) => name);
    expect(repositories).to.have.lengthOf(new Set(repositories).size);
  }
}
