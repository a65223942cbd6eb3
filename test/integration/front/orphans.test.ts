import { expect } from 'chai';
import { type FrontLab, type FrontLabOptions, startFrontLab } from '../../support/front-lab.ts';
import { createImage } from '../../support/image/image.ts';
import { CLOSING_MS, destroyInKatello, findKatelloId, QUARANTINE_MS } from '../../support/orphan-lab.ts';

const PATH = 'acme/web/api';

for (const world of ['a', 'b'] as const) {
  describe(`a push token for what was deleted in Katello, in world ${world}`, () => {
    let front: FrontLab;

    const open = async (options: FrontLabOptions = {}): Promise<void> => {
      front = await startFrontLab({ world, ...options, front: { cacheMs: 0, ...options.front } });
      await front.lab.push(PATH, 'old', createImage({ seed: 'old' }));
      await front.lab.settle(PATH);
    };
    afterEach(() => front.close());

    const ask = (as = 'dev') => front.ask({ as, scopes: [`repository:${PATH}:pull,push`] });
    const destroy = async () => destroyInKatello(front.lab, `repositories/${await findKatelloId(front.lab, 'api')}`);
    const names = () => [...front.lab.fakePulp.state.repositories.values()].map(({ name }) => name);

    it('is refused as long as another one may be alive, and then begins the push afresh', async () => {
      await open();
      await destroy();

      const early = await ask();
      front.passMs(CLOSING_MS - 60_000);
      const later = await ask();
      front.passMs(60_000);
      const granted = await ask();

      expect(early).to.include({ status: 401, reason: 'closing', message: 'being deleted (try again in 8 minutes)' });
      expect(later.message).to.equal('being deleted (try again in 1 minutes)');
      expect(granted.status).to.equal(200);
      expect(names()).to.deep.equal([]);
      const fresh = createImage({ seed: 'fresh' });
      await front.lab.push(PATH, 'new', fresh);
      await front.lab.settle(PATH);
      expect(await front.lab.listed(PATH)).to.deep.equal({ new: fresh.manifest.digest });
    });

    it('is granted at once where the quarantine has lasted longer than any token, whose end that is', async () => {
      await open();
      await destroy();
      await front.orphanLab.sweep();
      front.passMs(QUARANTINE_MS / 2);

      expect((await ask()).status).to.equal(200);
      expect(names()).to.deep.equal([]);
      expect(front.orphanLab.deleted()).to.equal(1);
    });

    it('has what it refused for deleted in its time, though nobody asks again', async () => {
      await open();
      await destroy();
      await ask();

      await front.orphanLab.makeSteps();
      expect(front.orphanLab.deleted()).to.equal(0);
      await front.orphanLab.passClosing();

      expect(front.orphanLab.deleted()).to.equal(1);
    });

    it('frees the path once for all who ask at the same time', async () => {
      await open();
      await destroy();
      await front.orphanLab.sweep();
      front.passMs(CLOSING_MS);

      const told = await Promise.all(['dev', 'admin', 'dev'].map(ask));

      expect(front.orphanLab.deleted()).to.equal(1);
      for (const { status, reason } of told) expect([200, 'closing']).to.include(status === 200 ? status : reason);
    });

    it('deletes nothing for somebody who may not push', async () => {
      await open();
      await destroy();
      await front.orphanLab.sweep();
      front.passMs(CLOSING_MS);

      expect((await ask('viewer')).status).to.equal(401);
      expect(names()).to.deep.equal([`kpr.push/${PATH}`]);
    });

    const kept: [string, FrontLabOptions, () => Promise<void>][] = [
      [
        'nothing proves it',
        {},
        async () => {
          for (const { labels } of front.lab.fakePulp.state.distributions.values()) labels['kpr_repository'] = '9999';
        },
      ],
      [
        'something was pushed since',
        {},
        async () => {
          await destroy();
          await front.lab.push(PATH, 'late', createImage({ seed: 'late' }));
        },
      ],
      ['the policy forbids it', { orphans: { settings: { policy: 'keep-orphans' } } }, () => destroy()],
    ];
    for (const [why, options, act] of kept) {
      it(`is refused as orphaned where ${why}, and nothing is deleted`, async () => {
        await open(options);
        await act();

        const told = await ask();

        expect(told.message).to.equal(`its Katello repository is gone (kpr orphans keep or delete ${PATH})`);
        expect(names()).to.include(`kpr.push/${PATH}`);
        expect(front.orphanLab.deleted()).to.equal(0);
      });
    }
  });
}
