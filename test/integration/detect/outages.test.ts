import { expect } from 'chai';
import { useDetector } from '../../support/detector-site.ts';
import { pushTo } from '../../support/lookout.ts';

for (const world of ['a', 'b'] as const) {
  describe(`detector, whatever Pulp is, world ${world}`, () => {
    const { pulp, start, asked, lastTask } = useDetector(world);

    it('reads repositories where the filter on tasks is missing', async () => {
      pulp().intercept(({ query }) =>
        query.has('pulp_created__gte') ? { status: 400, body: { errors: ['Invalid Filter'] } } : undefined,
      );
      const lookout = await start();
      await pushTo(pulp(), 'acme/api', '1', 'one');
      pulp().requests.length = 0;

      expect(await lookout.look()).to.deep.equal(['acme/api@1']);
      expect(asked()).to.deep.equal(['repositories/']);
      expect(await lookout.idle()).to.equal(5000);
    });

    it('goes back to tasks when Pulp comes back with them', async () => {
      pulp().intercept(({ query }) =>
        query.has('pulp_created__gte') ? { status: 400, body: { errors: ['Invalid Filter'] } } : undefined,
      );
      const lookout = await start();
      pulp().intercept(() => 'hang-up');
      await lookout.look();
      pulp().intercept(null);
      await lookout.look();
      await pushTo(pulp(), 'acme/api', '1', 'one');

      expect(await lookout.look()).to.deep.equal(['acme/api@1']);
      expect(lookout.looks.at(-1)).to.equal('tasks');
    });

    it('goes on after an outage with what was pushed before it, said once', async () => {
      const lookout = await start();
      await pushTo(pulp(), 'acme/api', '1', 'one');
      pulp().intercept(() => 'hang-up');
      const pauses: number[] = [];
      for (let tries = 0; tries < 5; tries++) {
        await lookout.look();
        pauses.push(await lookout.idle());
      }
      pulp().intercept(null);

      expect(await lookout.look()).to.deep.equal(['acme/api@1']);
      expect(pauses).to.deep.equal([1000, 2000, 4000, 8000, 10_000]);
      expect(lookout.log.lines.filter(({ level }) => level === 'warn')).to.have.lengthOf(1);
      expect(lookout.log.lines.map(({ message }) => message)).to.include('looking for pushes works again');
    });

    for (const status of [401, 403, 429, 500, 502]) {
      it(`goes on after answers of ${status}`, async () => {
        const lookout = await start();
        await pushTo(pulp(), 'acme/api', '1', 'one');
        pulp().intercept(() => ({ status, body: Buffer.from('<html>no</html>') }));
        const without = [...(await lookout.look())];
        pulp().intercept(null);

        expect([without, await lookout.look()]).to.deep.equal([[], ['acme/api@1']]);
      });
    }

    it('goes on after an answer that is no list, and calls for a person', async () => {
      const lookout = await start();
      await pushTo(pulp(), 'acme/api', '1', 'one');
      pulp().intercept(() => ({ status: 200, body: { results: [{ nonsense: true }] } }));
      await lookout.look();
      pulp().intercept(null);

      expect(await lookout.look()).to.deep.equal(['acme/api@1']);
      expect(lookout.log.lines.map(({ level }) => level)).to.include('error');
    });

    it('compares everything when Pulp comes back with another past', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      await pushTo(pulp(), 'acme/api', '2', 'two');
      const lookout = await start();
      pulp().intercept(() => 'hang-up');
      await lookout.look();
      pulp().state.tasks.delete(lastTask().id);
      pulp().intercept(null);

      expect(await lookout.look()).to.deep.equal(['acme/api@2']);
    });
  });
}
