import { expect } from 'chai';
import { useDetector } from '../../support/detector-site.ts';
import { createImage } from '../../support/image/image.ts';
import { push } from '../../support/image/push.ts';
import { PREFIX, pushTo } from '../../support/lookout.ts';
import { createId, findByName } from '../../support/pulp/state.ts';
import { unfinish } from '../../support/pulp/unfinished.ts';

for (const world of ['a', 'b'] as const) {
  describe(`what the detector sees, world ${world}`, () => {
    const { pulp, client, start, asked, lastTask, hrefOf, retag, putAgain } = useDetector(world);
    const repositoryOf = (path: string) => {
      const repository = findByName(pulp().state.repositories, `${PREFIX}/${path}`);
      if (!repository) throw new Error(`nothing was pushed to ${path}`);
      return repository;
    };

    it('is a push, in one look', async () => {
      const lookout = await start();
      await pushTo(pulp(), 'acme/web/api', '1', 'one');

      expect(await lookout.look()).to.deep.equal(['acme/web/api@1']);
    });

    it('is the newest of many versions, once', async () => {
      const lookout = await start();
      for (const tag of ['1', '2', '3']) await pushTo(pulp(), 'acme/api', tag, tag);

      expect(await lookout.look()).to.deep.equal(['acme/api@3']);
      expect(await lookout.look()).to.deep.equal([]);
    });

    it('is no push that changed nothing', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      await pushTo(pulp(), 'acme/api', '1', 'one');

      expect(await lookout.look()).to.deep.equal([]);
    });

    it('is a push that failed and yet made its version', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      pulp().failNextPush();
      const { status } = await putAgain('acme/api', '2', 'one');

      expect(status).to.equal(500);
      expect(await lookout.look()).to.deep.equal(['acme/api@2']);
    });

    it('is a push that failed without a version, by reading the repository', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      pulp().failNextPush();
      await putAgain('acme/api', '2', 'one');
      lastTask().created = [];

      expect(await lookout.look()).to.deep.equal(['acme/api@2']);
    });

    it('is a push whose task named a version that was never finished: the next one has its number', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      pulp().failNextPush();
      await putAgain('acme/api', '2', 'one');
      unfinish(pulp().state, repositoryOf('acme/api'));
      const first = [...(await lookout.look())];
      await pushTo(pulp(), 'acme/api', '3', 'three');

      expect(first).to.deep.equal(['acme/api@1']);
      expect(await lookout.look()).to.deep.equal(['acme/api@2']);
    });

    it('is, within five minutes, a version that was finished after its task had failed', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      pulp().failNextPush();
      await putAgain('acme/api', '2', 'one');
      const version = unfinish(pulp().state, repositoryOf('acme/api'));
      await lookout.look();
      version.finish();

      lookout.time.skip(300_000);

      expect(await lookout.look()).to.deep.equal(['acme/api@2']);
    });

    it('is a push that was answered 429, when it becomes a version at last', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      pulp().holdTasks();
      await retag('acme/api');
      const { status } = await putAgain('acme/api', '2', 'one');
      const whileHeld = [...(await lookout.look()), ...(await lookout.look())];
      lookout.time.skip(3_600_000);
      await pushTo(pulp(), 'acme/other', '1', 'other');
      await lookout.look();
      pulp().releaseTasks();
      pulp().finishTasks();

      expect(status).to.equal(429);
      expect(whileHeld).to.deep.equal([]);
      expect(await lookout.look()).to.deep.equal(['acme/api@3']);
    });

    it('is a waiting push whose task was deleted, by reading the repository', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      pulp().holdTasks();
      await retag('acme/api');
      await lookout.look();
      pulp().releaseTasks();
      pulp().finishTasks();
      pulp().purgeTasks();

      expect(await lookout.look()).to.deep.equal(['acme/api@2']);
    });

    it('is what an administrator does to a push repository: tag, untag', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      await client().finish(await retag('acme/api'));
      const tagged = [...(await lookout.look())];
      await client().finish(await client().post(`${await hrefOf('acme/api')}untag/`, { tag: '1' }));

      expect([tagged, await lookout.look()]).to.deep.equal([['acme/api@2'], ['acme/api@3']]);
    });

    if (world === 'b') {
      it('is a push repository of the old type that was migrated', async () => {
        await pushTo(pulp(), 'acme/api', '1', 'one');
        for (const repository of pulp().state.repositories.values()) repository.type = 'container-push';
        const lookout = await start();
        await client().finish(await client().post(`${await hrefOf('acme/api')}migrate/`, {}));

        expect(await lookout.look()).to.deep.equal(['acme/api@1']);
      });
    }

    it('is a second task of the same moment', async () => {
      await pushTo(pulp(), 'acme/one', '1', 'one');
      await pushTo(pulp(), 'acme/two', '1', 'two');
      const lookout = await start();
      await pushTo(pulp(), 'acme/one', '2', 'three');
      const first = [...(await lookout.look())];
      await pushTo(pulp(), 'acme/two', '2', 'four');
      lastTask().createdAt = [...pulp().state.tasks.values()].at(-2)?.createdAt ?? '';

      expect([first, await lookout.look()]).to.deep.equal([['acme/one@2'], ['acme/two@2']]);
    });

    it('is a task that becomes visible late, within the overlap', async () => {
      const lookout = await start();
      await pushTo(pulp(), 'acme/late', '1', 'late');
      const late = lastTask();
      pulp().state.tasks.delete(late.id);
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const first = [...(await lookout.look())];
      pulp().state.tasks.set(late.id, late);

      expect([first, await lookout.look()]).to.deep.equal([['acme/api@1'], ['acme/late@1']]);
    });

    it('is a repository of another one under the same name, after a deletion', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const lookout = await start();
      const distribution = await client().findDistribution(`${PREFIX}/acme/api`);
      await client().finish(await client().send('DELETE', distribution?.pulp_href ?? ''));
      await pushTo(pulp(), 'acme/api', '1', 'two');

      expect(await lookout.look()).to.deep.equal(['acme/api@1']);
    });

    it('is nothing outside the prefix, not even the next time', async () => {
      const lookout = await start();
      await push(pulp(), 'acme/api', '1', createImage({ seed: 'elsewhere' }));
      const first = [...(await lookout.look())];
      await push(pulp(), 'acme/api', '2', createImage({ seed: 'elsewhere two' }));
      pulp().requests.length = 0;

      expect([...first, ...(await lookout.look())]).to.deep.equal([]);
      expect(asked()).to.have.lengthOf(1);
    });

    it('is nothing in a pull-through cache', async () => {
      const lookout = await start();
      await push(pulp(), 'cache/library/app', '1', createImage({ seed: 'fetched' }));
      const distribution = findByName(pulp().state.distributions, 'cache/library/app');
      if (distribution) distribution.remote = '/pulp/api/v3/remotes/container/container/1/';

      expect(await lookout.look()).to.deep.equal([]);
      lookout.detector.resync();
      expect(await lookout.look()).to.deep.equal([]);
    });

    it('is nothing where tags are copied into a repository of Katello', async () => {
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const target = await client().createRepository('api-1234');
      const lookout = await start();
      const version = `${await hrefOf('acme/api')}versions/1/`;
      const copy = { source_repository_version: version };
      await client().finish(await client().post(`${target.pulp_href}copy_tags/`, copy));

      expect(await lookout.look()).to.deep.equal([]);
    });

    it('is every page of a long list', async () => {
      const lookout = await start();
      await pushTo(pulp(), 'acme/api', '1', 'one');
      const pushed = lastTask();
      for (let count = 0; count < 1500; count++) {
        const id = createId();
        pulp().state.tasks.set(id, { ...pushed, id, createdAt: pulp().state.now(), created: [] });
      }
      await pushTo(pulp(), 'acme/last', '1', 'last');

      expect(await lookout.look()).to.deep.equal(['acme/api@1', 'acme/last@1']);
    });
  });
}
