import { expect } from 'chai';
import { useDetector } from '../../support/detector-site.ts';
import { nothingShared, pushTo } from '../../support/lookout.ts';

for (const world of ['a', 'b'] as const) {
  describe(`detector, world ${world}`, () => {
    const { pulp, start, asked, lastTask, retag } = useDetector(world);

    describe('from its start', () => {
      it('queues what is not claimed, and not again what the window shows', async () => {
        await pushTo(pulp(), 'acme/one', '1', 'one');
        await pushTo(pulp(), 'acme/two', '1', 'two');

        const lookout = await start();

        expect(lookout.queued).to.have.members(['acme/one@1', 'acme/two@1']);
      });

      it('goes on where another daemon stood', async () => {
        const shared = nothingShared();
        const first = await start({ shared });
        await pushTo(pulp(), 'acme/api', '1', 'one');
        await first.look();
        await first.stop();
        await pushTo(pulp(), 'acme/api', '2', 'two');

        const second = await start({ shared });

        expect(second.queued).to.deep.equal(['acme/api@2']);
        expect(shared.cursor).to.equal(lastTask().createdAt);
      });

      it('remembers no place behind a task that has not ended', async () => {
        await pushTo(pulp(), 'acme/api', '1', 'one');
        const shared = nothingShared();
        const lookout = await start({ shared });
        pulp().holdTasks();
        await retag('acme/api');
        const waiting = lastTask();
        await pushTo(pulp(), 'acme/other', '1', 'two');

        await lookout.look();

        expect(shared.cursor).to.equal(waiting.createdAt);
      });

      it('does not trust a place that is too old, later than all tasks, or none', async () => {
        await pushTo(pulp(), 'acme/api', '1', 'one');
        for (const cursor of ['2020-01-01T00:00:00.000000Z', '2099-01-01T00:00:00.000000Z', 'junk']) {
          const shared = { ...nothingShared(), cursor };

          await start({ shared });

          expect(shared.cursor).to.equal(lastTask().createdAt);
        }
      });

      it('sees what was pushed after all tasks were purged', async () => {
        await pushTo(pulp(), 'acme/api', '1', 'one');
        const lookout = await start();
        pulp().purgeTasks();
        await lookout.look();
        await pushTo(pulp(), 'acme/api', '2', 'two');

        expect(await lookout.look()).to.deep.equal(['acme/api@2']);
      });

      it('sees, every five minutes, a push whose task was purged before it was read', async () => {
        await pushTo(pulp(), 'acme/api', '1', 'one');
        const lookout = await start();
        await pushTo(pulp(), 'acme/api', '2', 'two');
        pulp().purgeTasks();
        const missed = [...(await lookout.look())];
        lookout.time.skip(300_000);

        expect([missed, await lookout.look()]).to.deep.equal([[], ['acme/api@2']]);
      });

      it('compares everything again when asked, and daily', async () => {
        await pushTo(pulp(), 'acme/api', '1', 'one');
        const lookout = await start();
        lookout.detector.resync();
        const whenAsked = [...(await lookout.look())];
        lookout.time.skip(24 * 3_600_000);

        expect([whenAsked, await lookout.look()]).to.deep.equal([['acme/api@1'], ['acme/api@1']]);
      });
    });

    describe('with others', () => {
      it('lets one daemon look, and the other take over when it stops', async () => {
        const shared = nothingShared();
        const first = await start({ shared });
        const second = await start({ shared });
        await second.look();
        const whileSecond = [asked().length, second.looks.length];
        await first.stop();
        await second.look();
        await pushTo(pulp(), 'acme/api', '1', 'one');

        expect(whileSecond).to.deep.equal([0, 0]);
        expect(await second.look()).to.deep.equal(['acme/api@1']);
      });

      it('stops looking when its lease went to another, and comes back when it is free', async () => {
        const shared = nothingShared();
        const lookout = await start({ shared });
        shared.holder = Symbol('another daemon');
        lookout.time.skip(60_000);
        await lookout.look();
        pulp().requests.length = 0;
        await lookout.look();
        const away = asked().length;
        shared.holder = null;
        await lookout.look();

        expect([away, asked().length > 0]).to.deep.equal([0, true]);
      });

      it('frees its lease when it stops', async () => {
        const shared = nothingShared();
        const lookout = await start({ shared });

        await lookout.stop();

        expect(shared.holder).to.equal(null);
      });
    });
  });
}
