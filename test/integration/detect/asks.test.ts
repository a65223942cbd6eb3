import { expect } from 'chai';
import { useDetector } from '../../support/detector-site.ts';
import { nothingShared, PREFIX, pushTo } from '../../support/lookout.ts';

for (const world of ['a', 'b'] as const) {
  describe(`what the detector asks, world ${world}`, () => {
    const { pulp, client, begin, start, asked, lastTask, retag } = useDetector(world);

    it('is one request a look while nothing happens', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();

      for (let looks = 0; looks < 20; looks++) await lookout.look();

      expect(asked()).to.have.lengthOf(20);
    });

    it('is one request more for a push to a repository that it does not know, and none for one that it knows', async () => {
      const lookout = await start();
      await pushTo(pulp(), 'acme/api', '1', 'one');
      pulp().requests.length = 0;
      await lookout.look();
      const first = asked().length;
      await pushTo(pulp(), 'acme/api', '2', 'two');
      pulp().requests.length = 0;
      await lookout.look();

      expect([first, asked().length]).to.deep.equal([2, 1]);
    });

    it('is one request for a push to a repository that was settled when it began', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const distribution = await client().findDistribution(`${PREFIX}/acme/api`);
      const uuid = distribution?.repository?.split('/').at(-2);
      const labels = { katello_orphan_cleanup: 'false', kpr_repository: '42', kpr_claim: `1 ${uuid} 42 1 7` };
      for (const [key, value] of Object.entries(labels)) {
        await client().post(`${distribution?.pulp_href}set_label/`, { key, value });
      }
      const lookout = await start();
      const atStart = [...lookout.queued];
      await pushTo(pulp(), 'acme/api', '2', 'two');
      pulp().requests.length = 0;

      expect([atStart, await lookout.look()]).to.deep.equal([[], ['acme/api@2']]);
      expect(asked()).to.have.lengthOf(1);
    });

    it('is one request more a look while a task older than the window waits', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      pulp().holdTasks();
      await retag('acme/api');
      await lookout.look();
      lastTask().createdAt = '2020-01-01T00:00:00.000000Z';
      pulp().requests.length = 0;

      await lookout.look();

      expect(asked()).to.have.lengthOf(2);
    });

    it('is seven requests at its start', async () => {
      for (const path of ['acme/one', 'acme/two']) await pushTo(pulp(), path, '1', path);
      pulp().requests.length = 0;

      await begin().idle();

      expect(asked()).to.deep.equal([
        'status/',
        'tasks/',
        'tasks/',
        'repositories/',
        'distributions/container/container/',
        'repositories/',
        'tasks/',
      ]);
    });

    it('is the list of repositories too, every five minutes', async () => {
      const lookout = await start();
      lookout.time.skip(300_000);
      await lookout.look();
      await lookout.look();

      expect(lookout.looks).to.deep.equal(['tasks', 'tasks', 'repositories', 'tasks']);
    });

    it('begins, after five idle minutes, behind all that others did meanwhile', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const { pulp_href } = await client().createRepository('api-1234');
      const shared = nothingShared();
      const lookout = await start({ shared });
      await client().finish(await client().send('PATCH', pulp_href, { body: { description: 'of Katello' } }));
      await lookout.look();
      const before = shared.cursor;
      lookout.time.skip(300_000);
      await lookout.look();

      expect(before).not.to.equal(lastTask().createdAt);
      expect(shared.cursor).to.equal(lastTask().createdAt);
    });
  });
}
