/** Blobs that are in the registry already, under another name. */
import { expect } from 'chai';
import { type Exchange, isBlobData, isBlobRead, isMount } from '../exchange.ts';
import type { Scenario } from '../scenario.ts';
import { expectDone, imageFor } from './pushing.ts';

export const MOUNTING: readonly Scenario[] = [
  {
    name: 'mount',
    rule: 'gets blobs from another repository of the same user',
    run: async (trial) => {
      const [from, to] = [trial.pathOf('source'), trial.pathOf('mounted')];
      const session = await trial.enter('dev');
      expectDone(await session.push(imageFor(trial, 'source'), `${from}:1`));

      expectDone(await session.bring(imageFor(trial, 'source'), `${from}:1`, `${to}:1`));

      const seen = trial.site.seen(to);
      expect(mountsOf(seen).includes(201)).to.equal(trial.client.mounts);
      if (!seen.some(isBlobData)) return 'mounts all';
      return trial.client.mounts ? 'mounts layers' : 'uploads again';
    },
  },
  {
    name: 'hidden source',
    rule: 'gets nothing out of a repository that the user may not see',
    run: async (trial) => {
      const { client, site } = trial;
      const hidden = `globex/${client.name}-hidden`;
      const to = trial.pathOf('from-hidden');
      const image = imageFor(trial, 'hidden');
      expectDone(await (await trial.enter('other')).push(image, `${hidden}:1`));
      const session = await trial.enter('dev');

      const brought = await session.bring(image, `${hidden}:1`, `${to}:1`);

      expect(mountsOf(site.seen(to))).not.to.include(201);
      expect((await session.pull(`${hidden}:1`)).isDone).to.equal(false);
      expect(site.seen(hidden).filter(isBlobRead)).to.deep.equal([]);
      if (client.brings === 'out of the registry') {
        expect(brought.isDone).to.equal(false);
        return 'refused';
      }
      expectDone(brought);
      expect(site.seen(to).some(isBlobData)).to.equal(true);
      return 'uploads';
    },
  },
  {
    name: 'missing blob',
    rule: 'uploads what is no longer in the repository that it remembers',
    run: async (trial) => {
      const { site } = trial;
      const [from, to] = [trial.pathOf('emptied'), trial.pathOf('from-emptied')];
      const image = imageFor(trial, 'emptied');
      const session = await trial.enter('dev');
      expectDone(await session.push(image, `${from}:1`));
      await site.remove(from);
      expectDone(await session.push(imageFor(trial, 'filled again'), `${from}:1`));

      expectDone(await session.bring(image, `${from}:1`, `${to}:1`));

      const seen = site.seen(to);
      expect(seen.some(isBlobData)).to.equal(true);
      return mountsOf(seen).includes(404) ? 'uploads after 404' : 'looks first, uploads';
    },
  },
];

/** What each mount was answered. */
function mountsOf(seen: readonly Exchange[]): number[] {
  return seen.filter(isMount).map(({ status }) => status);
}
