import { expect } from 'chai';
import { RefusedError, TransportError } from '../../../lib/errors.ts';
import { createImage } from '../../support/image/image.ts';
import { push } from '../../support/image/push.ts';
import {
  type Lookout,
  type LookoutOptions,
  nothingShared,
  PREFIX,
  pushTo,
  startLookout,
} from '../../support/lookout.ts';
import { createPulpClient, type PulpClient } from '../../support/pulp/client.ts';
import { type FakePulp, startFakePulp } from '../../support/pulp/fake-pulp.ts';
import { createId, type Task } from '../../support/pulp/state.ts';

for (const world of ['a', 'b'] as const) {
  describe(`detector, world ${world}`, () => {
    let pulp: FakePulp;
    let client: PulpClient;
    const lookouts: Lookout[] = [];

    /** Starts one and waits until its first look is over. */
    const start = async (options: Omit<LookoutOptions, 'pulp'> = {}) => {
      const lookout = startLookout({ pulp, ...options });
      lookouts.push(lookout);
      await lookout.idle();
      pulp.requests.length = 0;
      return lookout;
    };
    const seen = () => pulp.requests.filter(({ url }) => url.startsWith('/pulp/api/'));
    const lastTask = (): Task => {
      const task = [...pulp.state.tasks.values()].at(-1);
      if (!task) throw new Error('there is no task');
      return task;
    };
    const repositoryOf = async (path: string) => (await client.findRepository(`${PREFIX}/${path}`))?.pulp_href ?? '';
    const postAction = async (path: string, action: string, body: unknown) =>
      client.post(`${await repositoryOf(path)}${action}/`, body);
    const putAgain = (path: string, tag: string, seed: string) => {
      const { manifest } = createImage({ seed });
      const headers = { 'content-type': manifest.mediaType };
      return client.send('PUT', `/v2/${PREFIX}/${path}/manifests/${tag}`, { body: manifest.bytes, headers });
    };

    beforeEach(async () => {
      pulp = await startFakePulp({ world });
      client = createPulpClient(pulp);
    });
    afterEach(async () => {
      await Promise.all(lookouts.splice(0).map((lookout) => lookout.stop()));
      await pulp.close();
    });

    describe('what it sees', () => {
      it('is a push, in one look', async () => {
        const lookout = await start();
        await pushTo(pulp, 'acme/web/api', '1', 'one');

        expect(await lookout.look()).to.deep.equal(['acme/web/api@1']);
      });

      it('is the newest of many versions, once', async () => {
        const lookout = await start();
        for (const tag of ['1', '2', '3']) await pushTo(pulp, 'acme/api', tag, tag);

        expect(await lookout.look()).to.deep.equal(['acme/api@3']);
        expect(await lookout.look()).to.deep.equal([]);
      });

      it('is no push that changed nothing', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        await pushTo(pulp, 'acme/api', '1', 'one');

        expect(await lookout.look()).to.deep.equal([]);
      });

      it('is a push that failed and yet made its version', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        pulp.failNextPush();
        const { status } = await putAgain('acme/api', '2', 'one');

        expect(status).to.equal(500);
        expect(await lookout.look()).to.deep.equal(['acme/api@2']);
      });

      it('is a push that failed without a version, by reading the repository', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        pulp.failNextPush();
        await putAgain('acme/api', '2', 'one');
        lastTask().created = [];

        expect(await lookout.look()).to.deep.equal(['acme/api@2']);
      });

      it('is a push that was answered 429, when it becomes a version at last', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        pulp.holdTasks();
        await postAction('acme/api', 'tag', { tag: 'x', digest: createImage({ seed: 'one' }).manifest.digest });
        const { status } = await putAgain('acme/api', '2', 'one');
        const whileHeld = [...(await lookout.look()), ...(await lookout.look())];
        lookout.time.skip(3_600_000);
        await pushTo(pulp, 'acme/other', '1', 'other');
        await lookout.look();
        pulp.releaseTasks();
        pulp.finishTasks();

        expect(status).to.equal(429);
        expect(whileHeld).to.deep.equal([]);
        expect(await lookout.look()).to.deep.equal(['acme/api@3']);
      });

      it('is a waiting push whose task was deleted, by reading the repository', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        pulp.holdTasks();
        await postAction('acme/api', 'tag', { tag: 'x', digest: createImage({ seed: 'one' }).manifest.digest });
        await lookout.look();
        pulp.releaseTasks();
        pulp.finishTasks();
        pulp.purgeTasks();

        expect(await lookout.look()).to.deep.equal(['acme/api@2']);
      });

      it('is what an administrator does to a push repository: tag, untag', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        const digest = createImage({ seed: 'one' }).manifest.digest;
        await client.finish(await postAction('acme/api', 'tag', { tag: 'x', digest }));
        const tagged = [...(await lookout.look())];
        await client.finish(await postAction('acme/api', 'untag', { tag: '1' }));

        expect([tagged, await lookout.look()]).to.deep.equal([['acme/api@2'], ['acme/api@3']]);
      });

      if (world === 'a') {
        it('is a push repository that got another type', async () => {
          await pushTo(pulp, 'acme/api', '1', 'one');
          const lookout = await start();
          await client.finish(await postAction('acme/api', 'migrate', {}));

          expect(await lookout.look()).to.deep.equal(['acme/api@1']);
        });
      }

      it('is a second task of the same moment', async () => {
        await pushTo(pulp, 'acme/one', '1', 'one');
        await pushTo(pulp, 'acme/two', '1', 'two');
        const lookout = await start();
        await pushTo(pulp, 'acme/one', '2', 'three');
        const first = [...(await lookout.look())];
        await pushTo(pulp, 'acme/two', '2', 'four');
        lastTask().createdAt = [...pulp.state.tasks.values()].at(-2)?.createdAt ?? '';

        expect([first, await lookout.look()]).to.deep.equal([['acme/one@2'], ['acme/two@2']]);
      });

      it('is a task that becomes visible late, within the overlap', async () => {
        const lookout = await start();
        await pushTo(pulp, 'acme/late', '1', 'late');
        const late = lastTask();
        pulp.state.tasks.delete(late.id);
        await pushTo(pulp, 'acme/api', '1', 'one');
        const first = [...(await lookout.look())];
        pulp.state.tasks.set(late.id, late);

        expect([first, await lookout.look()]).to.deep.equal([['acme/api@1'], ['acme/late@1']]);
      });

      it('is a repository of another one under the same name, after a deletion', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        const distribution = await client.findDistribution(`${PREFIX}/acme/api`);
        await client.finish(await client.send('DELETE', distribution?.pulp_href ?? ''));
        await pushTo(pulp, 'acme/api', '1', 'two');

        expect(await lookout.look()).to.deep.equal(['acme/api@1']);
      });

      it('is nothing outside the prefix, not even the next time', async () => {
        const lookout = await start();
        await push(pulp, 'acme/api', '1', createImage({ seed: 'elsewhere' }));
        const first = [...(await lookout.look())];
        await push(pulp, 'acme/api', '2', createImage({ seed: 'elsewhere two' }));
        pulp.requests.length = 0;

        expect([...first, ...(await lookout.look())]).to.deep.equal([]);
        expect(seen()).to.have.lengthOf(1);
      });

      it('is nothing where tags are copied into a repository of Katello', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const target = await client.createRepository('api-1234');
        const lookout = await start();
        const version = `${await repositoryOf('acme/api')}versions/1/`;
        const copy = { source_repository_version: version };
        await client.finish(await client.post(`${target.pulp_href}copy_tags/`, copy));

        expect(await lookout.look()).to.deep.equal([]);
      });

      it('is every page of a long list', async () => {
        const lookout = await start();
        await pushTo(pulp, 'acme/api', '1', 'one');
        const pushed = lastTask();
        for (let count = 0; count < 1500; count++) {
          const id = createId();
          pulp.state.tasks.set(id, { ...pushed, id, createdAt: pulp.state.now(), created: [] });
        }
        await pushTo(pulp, 'acme/last', '1', 'last');

        expect(await lookout.look()).to.deep.equal(['acme/api@1', 'acme/last@1']);
      });
    });

    describe('what it asks', () => {
      it('is one request a look while nothing happens', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();

        for (let looks = 0; looks < 20; looks++) await lookout.look();

        expect(seen()).to.have.lengthOf(20);
      });

      it('is one request more for a push to a repository that it does not know, and none for one that it knows', async () => {
        const lookout = await start();
        await pushTo(pulp, 'acme/api', '1', 'one');
        pulp.requests.length = 0;
        await lookout.look();
        const first = seen().length;
        await pushTo(pulp, 'acme/api', '2', 'two');
        pulp.requests.length = 0;
        await lookout.look();

        expect([first, seen().length]).to.deep.equal([2, 1]);
      });

      it('is one request more a look while a task older than the window waits', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        pulp.holdTasks();
        await postAction('acme/api', 'tag', { tag: 'x', digest: createImage({ seed: 'one' }).manifest.digest });
        await lookout.look();
        lastTask().createdAt = '2020-01-01T00:00:00.000000Z';
        pulp.requests.length = 0;

        await lookout.look();

        expect(seen()).to.have.lengthOf(2);
      });

      it('is seven requests at its start', async () => {
        for (const path of ['acme/one', 'acme/two']) await pushTo(pulp, path, '1', path);
        pulp.requests.length = 0;
        const lookout = startLookout({ pulp });
        lookouts.push(lookout);

        await lookout.idle();

        const paths = seen().map(({ url }) => new URL(url, pulp.url).pathname.replace('/pulp/api/v3/', ''));
        expect(paths).to.deep.equal([
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
    });

    describe('from its start', () => {
      it('queues what is not claimed, and not again what the window shows', async () => {
        await pushTo(pulp, 'acme/one', '1', 'one');
        await pushTo(pulp, 'acme/two', '1', 'two');

        const lookout = await start();

        expect(lookout.queued).to.have.members(['acme/one@1', 'acme/two@1']);
      });

      it('goes on where another daemon stood', async () => {
        const shared = nothingShared();
        const first = await start({ shared });
        await pushTo(pulp, 'acme/api', '1', 'one');
        await first.look();
        await first.stop();
        await pushTo(pulp, 'acme/api', '2', 'two');

        const second = await start({ shared });

        expect(second.queued).to.deep.equal(['acme/api@2']);
        expect(shared.cursor).to.equal(lastTask().createdAt);
      });

      it('remembers no place behind a task that has not ended', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const shared = nothingShared();
        const lookout = await start({ shared });
        pulp.holdTasks();
        await postAction('acme/api', 'tag', { tag: 'x', digest: createImage({ seed: 'one' }).manifest.digest });
        const waiting = lastTask();
        await pushTo(pulp, 'acme/other', '1', 'two');

        await lookout.look();

        expect(shared.cursor).to.equal(waiting.createdAt);
      });

      it('does not trust a place that is too old, later than all tasks, or none', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        for (const cursor of ['2020-01-01T00:00:00.000000Z', '2099-01-01T00:00:00.000000Z', 'junk']) {
          const shared = { ...nothingShared(), cursor };

          await start({ shared });

          expect(shared.cursor).to.equal(lastTask().createdAt);
        }
      });

      it('sees what was pushed after all tasks were purged', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        pulp.purgeTasks();
        await lookout.look();
        await pushTo(pulp, 'acme/api', '2', 'two');

        expect(await lookout.look()).to.deep.equal(['acme/api@2']);
      });

      it('sees, every five minutes, a push whose task was purged before it was read', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        await pushTo(pulp, 'acme/api', '2', 'two');
        pulp.purgeTasks();
        const missed = [...(await lookout.look())];
        lookout.time.skip(300_000);

        expect([missed, await lookout.look()]).to.deep.equal([[], ['acme/api@2']]);
      });

      it('compares everything again when asked, and daily', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        const lookout = await start();
        lookout.detector.resync();
        const asked = [...(await lookout.look())];
        lookout.time.skip(24 * 3_600_000);

        expect([asked, await lookout.look()]).to.deep.equal([['acme/api@1'], ['acme/api@1']]);
      });
    });

    describe('whatever Pulp is', () => {
      it('reads repositories where the filter on tasks is missing', async () => {
        pulp.intercept(({ query }) =>
          query.has('pulp_created__gte') ? { status: 400, body: { errors: ['Invalid Filter'] } } : undefined,
        );
        const lookout = await start();
        await pushTo(pulp, 'acme/api', '1', 'one');
        pulp.requests.length = 0;

        expect(await lookout.look()).to.deep.equal(['acme/api@1']);
        expect(seen().map(({ url }) => url.split('?')[0])).to.deep.equal(['/pulp/api/v3/repositories/']);
        expect(await lookout.idle()).to.equal(5000);
      });

      it('goes back to tasks when Pulp comes back with them', async () => {
        pulp.intercept(({ query }) =>
          query.has('pulp_created__gte') ? { status: 400, body: { errors: ['Invalid Filter'] } } : undefined,
        );
        const lookout = await start();
        pulp.intercept(() => 'hang-up');
        await lookout.look();
        pulp.intercept(null);
        await lookout.look();
        await pushTo(pulp, 'acme/api', '1', 'one');

        expect(await lookout.look()).to.deep.equal(['acme/api@1']);
        expect(lookout.looks.at(-1)).to.equal('tasks');
      });

      it('goes on after an outage with what was pushed before it, said once', async () => {
        const lookout = await start();
        await pushTo(pulp, 'acme/api', '1', 'one');
        pulp.intercept(() => 'hang-up');
        const pauses: number[] = [];
        for (let tries = 0; tries < 5; tries++) {
          await lookout.look();
          pauses.push(await lookout.idle());
        }
        pulp.intercept(null);

        expect(await lookout.look()).to.deep.equal(['acme/api@1']);
        expect(pauses).to.deep.equal([1000, 2000, 4000, 8000, 10_000]);
        expect(lookout.log.lines.filter(({ level }) => level === 'warn')).to.have.lengthOf(1);
        expect(lookout.log.lines.map(({ message }) => message)).to.include('looking for pushes works again');
      });

      for (const status of [401, 403, 429, 500, 502]) {
        it(`goes on after answers of ${status}`, async () => {
          const lookout = await start();
          await pushTo(pulp, 'acme/api', '1', 'one');
          pulp.intercept(() => ({ status, body: Buffer.from('<html>no</html>') }));
          const without = [...(await lookout.look())];
          pulp.intercept(null);

          expect([without, await lookout.look()]).to.deep.equal([[], ['acme/api@1']]);
        });
      }

      it('goes on after an answer that is no list, and calls for a person', async () => {
        const lookout = await start();
        await pushTo(pulp, 'acme/api', '1', 'one');
        pulp.intercept(() => ({ status: 200, body: { results: [{ nonsense: true }] } }));
        await lookout.look();
        pulp.intercept(null);

        expect(await lookout.look()).to.deep.equal(['acme/api@1']);
        expect(lookout.log.lines.map(({ level }) => level)).to.include('error');
      });

      it('compares everything when Pulp comes back with another past', async () => {
        await pushTo(pulp, 'acme/api', '1', 'one');
        await pushTo(pulp, 'acme/api', '2', 'two');
        const lookout = await start();
        pulp.intercept(() => 'hang-up');
        await lookout.look();
        pulp.state.tasks.delete(lastTask().id);
        pulp.intercept(null);

        expect(await lookout.look()).to.deep.equal(['acme/api@2']);
      });
    });

    describe('with others', () => {
      it('lets one daemon look, and the other take over when it stops', async () => {
        const shared = nothingShared();
        const first = await start({ shared });
        const second = await start({ shared });
        await second.look();
        const whileSecond = [seen().length, second.looks.length];
        await first.stop();
        await second.look();
        await pushTo(pulp, 'acme/api', '1', 'one');

        expect(whileSecond).to.deep.equal([0, 0]);
        expect(await second.look()).to.deep.equal(['acme/api@1']);
      });

      it('stops looking when its lease went to another, and comes back when it is free', async () => {
        const shared = nothingShared();
        const lookout = await start({ shared });
        shared.holder = Symbol('another daemon');
        lookout.time.skip(60_000);
        await lookout.look();
        pulp.requests.length = 0;
        await lookout.look();
        const away = seen().length;
        shared.holder = null;
        await lookout.look();

        expect([away, seen().length > 0]).to.deep.equal([0, true]);
      });

      it('frees its lease when it stops', async () => {
        const shared = nothingShared();
        const lookout = await start({ shared });

        await lookout.stop();

        expect(shared.holder).to.equal(null);
      });
    });

    describe('with hints', () => {
      const options = { activeMs: 500, idleMs: 4000 };

      it('looks at once when it was idle for longer than its shortest gap', async () => {
        const lookout = await start({ options });
        await lookout.time.pass();
        const rest = await lookout.idle();
        const looks = lookout.looks.length;
        lookout.detector.hint('acme/api');

        const gap = await lookout.idle();

        expect([rest, gap, lookout.looks.length - looks]).to.deep.equal([3500, 500, 1]);
      });

      it('looks fast for a minute after a hint, then slower and slower', async () => {
        const lookout = await start({ options });
        lookout.detector.hint();
        const gaps: number[] = [];
        const nextGap = async () => {
          const before = lookout.looks.length;
          let ms = 0;
          while (lookout.looks.length === before) {
            ms += await lookout.time.pass();
            await lookout.idle();
          }
          return ms;
        };
        await nextGap();
        gaps.push(await nextGap());
        lookout.time.skip(60_000);
        for (let looks = 0; looks < 5; looks++) gaps.push(await nextGap());

        expect(gaps).to.deep.equal([500, 500, 1000, 2000, 4000, 4000]);
      });

      it('believes none of them', async () => {
        const lookout = await start();
        lookout.detector.hint('acme/api');
        lookout.detector.hint('"><script>\u0000');

        expect(await lookout.look()).to.deep.equal([]);
      });
    });

    describe('with hostile names', () => {
      const names = [
        '../../etc',
        '"><script>',
        "'; DROP TABLE",
        'a\u0000b\u001b[31m',
        'ä',
        'x'.repeat(240),
        ' ',
        'a:b',
      ];

      it('queues them as they are, and goes on', async () => {
        for (const name of names) await client.createRepository(`${PREFIX}/${name}`);
        const lookout = await start();
        await pushTo(pulp, 'acme/api', '1', 'one');
        const version = `${await repositoryOf('acme/api')}versions/1/`;
        for (const name of names) {
          const target = await client.findRepository(`${PREFIX}/${name}`);
          const copy = { source_repository_version: version };
          await client.finish(await client.post(`${target?.pulp_href}copy_tags/`, copy));
        }

        const queued = await lookout.look();

        expect(queued).to.have.members(['acme/api', ...names].map((name) => `${name}@1`));
      });

      it('passes over a name that is nothing but the prefix', async () => {
        await client.createRepository(`${PREFIX}/`);
        const lookout = await start();

        expect(await lookout.look()).to.deep.equal([]);
      });

      it('goes on when the queue refuses a path, and does not ask it again', async () => {
        const refused: string[] = [];
        const enqueue = async (path: string) => {
          refused.push(path);
          throw new RefusedError('bad-name', 'no push path');
        };
        const lookout = await start({ changes: { enqueue } });
        await pushTo(pulp, 'acme/api', '1', 'one');
        await pushTo(pulp, 'acme/two', '1', 'two');

        await lookout.look();
        await lookout.look();

        expect(refused).to.deep.equal(['acme/api', 'acme/two']);
      });
    });

    it('finds again what it could not queue', async () => {
      let isAway = true;
      const queued: string[] = [];
      const enqueue = async (path: string) => {
        if (isAway) throw new TransportError('redis', 'refused');
        queued.push(path);
      };
      const lookout = await start({ changes: { enqueue } });
      await pushTo(pulp, 'acme/api', '1', 'one');
      await lookout.look();
      isAway = false;

      await lookout.look();

      expect(queued).to.deep.equal(['acme/api']);
    });
  });
}
