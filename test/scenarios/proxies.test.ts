/** Smart proxies: what was published arrives on each that carries Library, whatever happens to one of them. */
import { expect } from 'chai';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { createMirrors } from '../support/scenarios/mirrors.ts';

const [NEAR, FAR] = ['near.example.com', 'far.example.com'] as const;
const TWO = { proxies: [NEAR, FAR] };
const MINUTE_MS = 60_000;

describeScenarios('proxies', (scenario) => {
  scenario(
    {
      id: 'proxies-published',
      given: 'two smart proxies that carry Library',
      when: 'two tags are pushed, and one of them moves later',
      outcome: 'a pull from either gets both as pushed, each synced once a publish by Katello, and the receipt says so',
      isMemoryOnly: true,
    },
    async (scene) => {
      const [one, two, other] = [scene.image('one'), scene.image('two'), scene.image('other')];
      const mirrors = createMirrors(scene);
      await scene.push('1', one);
      await scene.push('2', two);
      await scene.run();
      await mirrors.settle();
      await mirrors.pass(MINUTE_MS);

      await scene.push('2', other);
      await scene.run();
      await mirrors.settle();

      for (const proxy of [NEAR, FAR]) {
        expect(await mirrors.pull(proxy, '1')).to.equal(one.manifest.digest);
        expect(await mirrors.pull(proxy, '2')).to.equal(other.manifest.digest);
        expect(await mirrors.countSyncs(proxy)).to.equal(2);
      }
      expect(mirrors.told()).to.deep.equal({ [NEAR]: 'served', [FAR]: 'served' });
      expect(scene.receipt()).to.have.property('state', 'done');
      expect(mirrors.calls.filter(({ method }) => method === 'POST')).to.deep.equal([]);
    },
    TWO,
  );

  scenario(
    {
      id: 'proxies-one-down',
      given: 'two smart proxies, of which one is down for an hour',
      when: 'a tag is pushed',
      outcome:
        'it alarms once and a pull from the other gets the tag at once, from the one that was down soon after it is back',
      isMemoryOnly: true,
    },
    async (scene) => {
      const one = scene.image('one');
      const mirrors = createMirrors(scene);
      await mirrors.behave(FAR, 'unreachable');
      await scene.push('1', one);
      await scene.run();

      let downMs = 0;
      while (downMs < 60 * MINUTE_MS) {
        const end = await mirrors.look();
        if (end.kind === 'done') throw new Error('nobody looks at the proxy that is down');
        expect(await mirrors.pull(NEAR, '1')).to.equal(one.manifest.digest);
        await mirrors.pass(end.afterMs);
        downMs += end.afterMs;
      }
      const told = mirrors.told();
      await mirrors.behave(FAR, 'ok');
      await mirrors.settle();

      expect(told).to.deep.equal({ [NEAR]: 'served', [FAR]: 'proxy-failed' });
      expect(mirrors.alarms).to.deep.equal([{ proxy: FAR, reason: 'proxy-failed' }]);
      expect(await mirrors.countSyncs(FAR)).to.be.lessThan(12);
      expect(await mirrors.countSyncs(NEAR)).to.equal(1);
      expect(await mirrors.pull(FAR, '1')).to.equal(one.manifest.digest);
      expect(mirrors.told()).to.deep.equal({ [NEAR]: 'served', [FAR]: 'served' });
      expect(mirrors.outcomes).to.have.members(['served', 'failed', 'served']);
    },
    TWO,
  );

  scenario(
    {
      id: 'proxies-down-for-many',
      given: 'a smart proxy that fails at every sync',
      when: 'three paths are pushed',
      outcome: 'it alarms once, and when the proxy is well all three are served',
      isMemoryOnly: true,
    },
    async (scene) => {
      const mirrors = createMirrors(scene);
      await mirrors.behave(NEAR, 'failing');
      const paths = ['a', 'b', 'c'].map((end) => `${scene.path}-${end}`);
      for (const path of paths) {
        await scene.lab.push(path, '1', scene.image(path));
        await scene.lab.settle(path);
        await mirrors.look(path);
      }
      const { items } = await mirrors.proxies.readStatus(AbortSignal.timeout(5000));

      await mirrors.behave(NEAR, 'ok');
      for (const path of paths) await mirrors.settle(path);

      expect(items.find(({ name }) => name === NEAR)?.behind.map(({ path }) => path)).to.have.members(paths);
      expect(mirrors.alarms).to.deep.equal([{ proxy: NEAR, reason: 'proxy-failed' }]);
      const told = paths.map((path) => scene.lab.receipts.get(path)?.proxies[0]?.outcome);
      expect(told).to.deep.equal(['served', 'served', 'served']);
    },
    { proxies: [NEAR] },
  );

  scenario(
    {
      id: 'proxies-setting-off',
      given: 'an installation that does not sync its smart proxies by itself',
      when: 'a tag is pushed',
      outcome: 'nothing is synced, and the receipt says why',
      isMemoryOnly: true,
    },
    async (scene) => {
      const mirrors = createMirrors(scene);
      await mirrors.setAutoSync(false);
      await scene.push('1', scene.image('one'));
      await scene.run();

      await mirrors.settle();

      expect(await mirrors.countSyncs(NEAR)).to.equal(0);
      expect(mirrors.told()).to.deep.equal({ [NEAR]: 'setting-off', [FAR]: 'setting-off' });
      expect(await mirrors.proxies.readStatus(AbortSignal.timeout(5000))).to.include({
        isAutomatic: false,
        reason: 'setting-off',
      });
      expect(mirrors.alarms).to.deep.equal([]);
    },
    TWO,
  );

  scenario(
    {
      id: 'proxies-asked',
      given: 'an installation that does not sync its smart proxies by itself, and a tag in Katello',
      when: 'a person asks for one of them',
      outcome: 'a pull from that one gets the tag, and nothing is synced to the other',
      isMemoryOnly: true,
    },
    async (scene) => {
      const one = scene.image('one');
      const mirrors = createMirrors(scene);
      await mirrors.setAutoSync(false);
      await scene.push('1', one);
      await scene.run();
      await mirrors.settle();

      const order = { path: scene.path, names: [FAR], dryRun: false };
      const named = await mirrors.proxies.sync(order, AbortSignal.timeout(5000));
      await mirrors.settle();

      expect(named).to.deep.equal({ kind: 'ordered', names: [FAR] });
      expect(mirrors.queued).to.deep.equal([scene.path]);
      expect(await mirrors.pull(FAR, '1')).to.equal(one.manifest.digest);
      expect(await mirrors.pull(NEAR, '1')).to.equal(null);
      expect(mirrors.told()).to.deep.equal({ [NEAR]: 'setting-off', [FAR]: 'served' });
    },
    TWO,
  );

  scenario(
    {
      id: 'proxies-not-serving',
      given: 'a smart proxy that syncs, and whose registry is not told what to serve',
      when: 'a tag is pushed',
      outcome: 'it alarms once, and once the registry hears of it a pull gets the tag',
      isMemoryOnly: true,
    },
    async (scene) => {
      const one = scene.image('one');
      const mirrors = createMirrors(scene);
      await mirrors.behave(NEAR, 'unlisted');
      await scene.push('1', one);
      await scene.run();
      for (let looks = 0; looks < 12; looks++) {
        const end = await mirrors.look();
        await mirrors.pass(end.kind === 'again' ? end.afterMs : 0);
      }
      const told = mirrors.told();

      await mirrors.behave(NEAR, 'ok');
      await mirrors.settle();

      expect(told).to.deep.equal({ [NEAR]: 'not-serving' });
      expect(mirrors.alarms).to.deep.equal([{ proxy: NEAR, reason: 'not-serving' }]);
      expect(await mirrors.pull(NEAR, '1')).to.equal(one.manifest.digest);
      expect(mirrors.told()).to.deep.equal({ [NEAR]: 'served' });
    },
    { proxies: [NEAR] },
  );

  scenario(
    {
      id: 'proxies-forbidden',
      given: 'an account of the reactor that may no longer manage the content of smart proxies',
      when: 'a tag is pushed, and the account gets its right back',
      outcome: 'the receipt names the right until then, and afterwards a pull from the proxy gets the tag',
      isMemoryOnly: true,
    },
    async (scene) => {
      const one = scene.image('one');
      const mirrors = createMirrors(scene);
      await mirrors.revoke('manage_capsule_content');
      await scene.push('1', one);
      await scene.run();
      await mirrors.pass(MINUTE_MS);
      await mirrors.look();
      const told = mirrors.told();

      await mirrors.grant('manage_capsule_content');
      await mirrors.settle();

      expect(told).to.deep.equal({ [NEAR]: 'proxy-permission' });
      expect(mirrors.alarms).to.deep.equal([{ proxy: NEAR, reason: 'proxy-permission' }]);
      expect(await mirrors.pull(NEAR, '1')).to.equal(one.manifest.digest);
    },
    { proxies: [NEAR] },
  );

  scenario(
    {
      id: 'proxies-forgotten',
      given: 'a smart proxy that failed at a tag in Katello',
      when: 'all that Redis held is lost, and a sweep comes by',
      outcome: 'the path is found and a pull from the proxy gets the tag',
      isMemoryOnly: true,
    },
    async (scene) => {
      const one = scene.image('one');
      const mirrors = createMirrors(scene);
      await mirrors.behave(NEAR, 'failing');
      await scene.push('1', one);
      await scene.run();
      await mirrors.look();
      mirrors.forget();
      scene.lab.receipts.clear();
      await mirrors.behave(NEAR, 'ok');

      await mirrors.proxies.sweep(AbortSignal.timeout(5000));
      for (const path of mirrors.queued) await mirrors.settle(path);

      expect(mirrors.queued).to.deep.equal([scene.path]);
      expect(await mirrors.pull(NEAR, '1')).to.equal(one.manifest.digest);
    },
    { proxies: [NEAR] },
  );
});
