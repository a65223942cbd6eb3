import { expect } from 'chai';
import { RefusedError, TransportError } from '../../../lib/errors.ts';
import { useDetector } from '../../support/detector-site.ts';
import { PREFIX, pushTo } from '../../support/lookout.ts';

for (const world of ['a', 'b'] as const) {
  describe(`detector, world ${world}`, () => {
    const { pulp, client, start, hrefOf } = useDetector(world);

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

      it('looks fast after a push too', async () => {
        const lookout = await start({ options });
        await pushTo(pulp(), 'acme/api', '1', 'one');
        await lookout.time.pass();
        await lookout.time.pass();

        expect(await lookout.idle()).to.equal(500);
        await lookout.time.pass();
        expect(await lookout.idle()).to.equal(500);
        expect(lookout.looks).to.have.lengthOf(3);
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
        for (const name of names) await client().createRepository(`${PREFIX}/${name}`);
        const lookout = await start();
        await pushTo(pulp(), 'acme/api', '1', 'one');
        const version = `${await hrefOf('acme/api')}versions/1/`;
        for (const name of names) {
          const target = await client().findRepository(`${PREFIX}/${name}`);
          const copy = { source_repository_version: version };
          await client().finish(await client().post(`${target?.pulp_href}copy_tags/`, copy));
        }

        const queued = await lookout.look();

        expect(queued).to.have.members(['acme/api', ...names].map((name) => `${name}@1`));
      });

      it('passes over a name that is nothing but the prefix', async () => {
        await pushTo(pulp(), 'acme/api', '1', 'one');
        const nameless = await client().createRepository(`${PREFIX}/`);
        const lookout = await start();
        const copy = { source_repository_version: `${await hrefOf('acme/api')}versions/1/` };
        await client().finish(await client().post(`${nameless.pulp_href}copy_tags/`, copy));

        expect(await lookout.look()).to.deep.equal([]);
      });

      it('goes on when the queue refuses a path, and does not ask it again', async () => {
        const refused: string[] = [];
        const enqueue = async (path: string) => {
          refused.push(path);
          throw new RefusedError('bad-name', 'no push path');
        };
        const lookout = await start({ changes: { enqueue } });
        await pushTo(pulp(), 'acme/api', '1', 'one');
        await pushTo(pulp(), 'acme/two', '1', 'two');

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
      await pushTo(pulp(), 'acme/api', '1', 'one');
      await lookout.look();
      isAway = false;

      await lookout.look();

      expect(queued).to.deep.equal(['acme/api']);
    });
  });
}
