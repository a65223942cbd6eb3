/** What a look at smart proxies costs, and what is left of one that ends in the middle. */
import { expect } from 'chai';
import type { ProxyDeps } from '../../../lib/reconcile/proxies/deps.ts';
import { type FakePulp, startFakePulp } from '../../support/pulp/fake-pulp.ts';
import { createMirrors } from '../../support/scenarios/mirrors.ts';
import { openScene, type Scene } from '../../support/scenarios/scene.ts';

const NEAR = 'near.example.com';
const FAR = 'far.example.com';

/** The process dies right after this call. */
class Crash extends Error {}

/** Dependencies that die after the n-th call, once; `name` is that call. */
function crashingAfter(state: { callsLeft: number; name: string | null }): (deps: ProxyDeps) => ProxyDeps {
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver): unknown {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function' || name === 'now') return value;
        return async (...args: unknown[]) => {
          const result: unknown = await Reflect.apply(value, target, args);
          if (--state.callsLeft !== 0) return result;
          state.name = String(name);
          throw new Crash(`after ${String(name)}`);
        };
      },
    });
  return (deps) => ({
    ...deps,
    pulp: wrap(deps.pulp),
    proxies: wrap(deps.proxies),
    states: wrap(deps.states),
    saveReceipt: async (receipt) => {
      await deps.saveReceipt(receipt);
      if (--state.callsLeft === 0) throw new Crash('after saveReceipt');
    },
  });
}

/** More calls than a look makes. */
const MOST_CALLS = 30;

describe('a look at smart proxies', function () {
  this.timeout(60_000); // the crashes are two dozen pushes

  let fake: FakePulp;
  let scene: Scene;

  beforeEach(async () => {
    fake = await startFakePulp({ world: 'b' });
    scene = await openScene(fake, { id: 'looked-at', world: 'b', isReal: false, proxies: [NEAR, FAR] });
  });

  afterEach(async () => {
    await scene.close();
    await fake.close();
  });

  it('costs a publish nothing, one call to Pulp and four to Katello afterwards, and two for a further path', async () => {
    const mirrors = createMirrors(scene);
    await scene.push('1', scene.image('one'));
    await scene.run();
    const other = `${scene.path}-other`;
    await scene.lab.push(other, '1', scene.image('other'));
    await scene.lab.settle(other);
    scene.lab.calls.pulp.length = 0;
    scene.lab.calls.katello.length = 0;

    const ends = [await mirrors.look(), await mirrors.look(other)];

    expect(ends).to.deep.equal([{ kind: 'done' }, { kind: 'done' }]);
    expect(scene.lab.calls.pulp).to.have.lengthOf(2);
    expect(scene.lab.calls.katello).to.deep.equal([]);
    const asked = mirrors.calls.map(({ method, url }) => `${method} ${new URL(url, scene.lab.standIn.url).pathname}`);
    expect(asked.map((call) => call.replace(/\d+$/, 'N'))).to.deep.equal([
      'GET /katello/api/v2/capsules',
      'GET /api/v2/settings/foreman_proxy_content_auto_sync',
      'GET /katello/api/v2/repositories/N',
      'GET /foreman_tasks/api/tasks',
      'GET /katello/api/v2/repositories/N',
      'GET /foreman_tasks/api/tasks',
    ]);
  });

  it('costs two calls where there is no other proxy than Katello itself', async () => {
    await scene.close();
    scene = await openScene(fake, { id: 'alone', world: 'b', isReal: false, proxies: [] });
    const mirrors = createMirrors(scene);
    await scene.push('1', scene.image('one'));
    await scene.run();
    scene.lab.calls.pulp.length = 0;

    await mirrors.look();
    await mirrors.proxies.sweep(AbortSignal.timeout(5000));

    expect(scene.lab.calls.pulp).to.deep.equal([]);
    expect(mirrors.calls).to.have.lengthOf(2);
    expect(mirrors.queued).to.deep.equal([]);
    expect(scene.receipt()).to.deep.include({ state: 'done', proxies: [] });
    expect(scene.receipt().stages.at(-1)).to.include({ name: 'proxies', outcome: 'skipped' });
  });

  it('costs no question about syncs where nothing is to be synced', async () => {
    const mirrors = createMirrors(scene, { mode: 'off' });
    await scene.push('1', scene.image('one'));
    await scene.run();

    await mirrors.look();

    expect(mirrors.calls.filter(({ url }) => url.includes('/tasks'))).to.deep.equal([]);
    expect(mirrors.told()).to.deep.equal({ [NEAR]: 'setting-off', [FAR]: 'setting-off' });
  });

  it('is followed at once by another where somebody asked meanwhile', async () => {
    let asks = 1;
    const askMeanwhile = (deps: ProxyDeps): ProxyDeps => ({
      ...deps,
      saveReceipt: async (receipt) => {
        await deps.saveReceipt(receipt);
        if (asks-- > 0) await deps.states.wish(receipt.path, { names: [NEAR], at: deps.now() });
      },
    });
    const mirrors = createMirrors(scene, { mode: 'off', wrap: askMeanwhile });
    await scene.push('1', scene.image('one'));
    await scene.run();

    expect(await mirrors.look()).to.deep.equal({ kind: 'again', afterMs: 0 });
    await mirrors.settle();

    expect(mirrors.told()).to.deep.equal({ [NEAR]: 'served', [FAR]: 'setting-off' });
  });

  it('leaves nothing half, and nothing synced twice, wherever it ends', async () => {
    const image = scene.image('one');
    const ends = new Set<string>();

    for (let calls = 1; calls <= MOST_CALLS; calls++) {
      const state = { callsLeft: calls, name: null };
      const mirrors = createMirrors(scene, { wrap: crashingAfter(state) });
      const path = `${scene.path}-${calls}`;
      await mirrors.setAutoSync(false); // Katello forgets it
      await scene.lab.push(path, '1', image);
      await scene.lab.settle(path);
      await mirrors.setAutoSync(true);
      await mirrors.pass(60_000);
      const before = await mirrors.countSyncs(NEAR);

      const crash = await mirrors.look(path).then(
        () => null,
        (error: unknown) => error,
      );
      if (!(crash instanceof Crash)) break;
      ends.add(crash.message);
      mirrors.forget();
      await mirrors.settle(path);

      expect(await mirrors.countSyncs(NEAR), crash.message).to.equal(before + 1);
      const told = scene.lab.receipts.get(path)?.proxies.map(({ outcome }) => outcome);
      expect(told, crash.message).to.deep.equal(['served', 'served']);
    }

    expect([...ends]).to.include.members(
      ['findMirrored', 'listProxies', 'readHistory', 'startSync', 'markBehind', 'saveReceipt'].map(
        (name) => `after ${name}`,
      ),
    );
  });
});
