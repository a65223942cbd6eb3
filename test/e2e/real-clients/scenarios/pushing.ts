/** Pushes that shall work, and what of them reaches Pulp. */
import { expect } from 'chai';
import { createImage, createTwoArchitectures, type Image } from '../../../support/image/image.ts';
import type { Outcome } from '../client.ts';
import { type Exchange, isBlobData, isBlobRead, isBlobWrite, isManifestWrite } from '../exchange.ts';
import type { Scenario, Trial } from '../scenario.ts';

const LARGE_BYTES = 80 * 1024 * 1024;

export const PUSHING: readonly Scenario[] = [
  {
    name: 'login',
    rule: 'logs in to the registry with a Katello login',
    run: async ({ enterAlone, site }) => {
      expectDone(await (await enterAlone(site.accountOf('dev'))).login());
      return 'works';
    },
  },
  {
    name: 'first push',
    rule: 'pushes an image',
    run: async (trial) => {
      const session = await trial.enter('dev');

      expectDone(await session.push(imageFor(trial, 'image'), `${trial.pathOf('image')}:1`));

      const seen = trial.site.seen(trial.pathOf('image'));
      expect(seen.some(isBlobData)).to.equal(true);
      expect(digestsPut(seen)).to.have.lengthOf(1);
      return 'works';
    },
  },
  {
    name: 'push again',
    rule: 'writes no blob when it pushes an image again',
    run: async (trial) => {
      const path = trial.pathOf('again');
      const session = await trial.enter('dev');
      expectDone(await session.push(imageFor(trial, 'again'), `${path}:1`));
      const before = trial.site.seen(path).length;

      expectDone(await session.push(imageFor(trial, 'again'), `${path}:1`));

      return expectNoBlobWrite(trial.site.seen(path).slice(before));
    },
  },
  {
    name: 'retag',
    rule: 'writes no blob when it gives an image another tag',
    run: async (trial) => {
      const path = trial.pathOf('retag');
      const session = await trial.enter('dev');
      expectDone(await session.push(imageFor(trial, 'retag'), `${path}:1`));
      const before = trial.site.seen(path).length;

      expectDone(await session.retag(imageFor(trial, 'retag'), `${path}:1`, '2'));

      const [first, second] = digestsPut(trial.site.seen(path));
      expect(second).to.equal(first);
      return expectNoBlobWrite(trial.site.seen(path).slice(before));
    },
  },
  {
    name: 'index',
    rule: 'pushes an index of two architectures',
    run: async (trial) => {
      const path = trial.pathOf('index');
      const session = await trial.enter('dev');

      expectDone(await session.push(createTwoArchitectures({ seed: path }), `${path}:1`));

      expect(new Set(digestsPut(trial.site.seen(path)))).to.have.lengthOf(3);
      return 'works';
    },
  },
  {
    name: 'large layer',
    rule: 'pushes a layer of 80 MiB',
    run: async (trial) => {
      const path = trial.pathOf('large');
      const session = await trial.enter('dev');

      expectDone(await session.push(createImage({ seed: path, sizeBytes: LARGE_BYTES }), `${path}:1`));

      expect(trial.site.seen(path).some(isBlobData)).to.equal(true);
      return 'works';
    },
  },
  {
    name: 'pull',
    rule: 'pulls what was pushed, as somebody who may only look',
    run: async (trial) => {
      const path = trial.pathOf('pull');
      const session = await trial.enter('dev');
      expectDone(await session.push(imageFor(trial, 'pull'), `${path}:1`));

      const pulled = await (await trial.enter('viewer')).pull(`${path}:1`);

      expectDone(pulled);
      expect(digestsPut(trial.site.seen(path))).to.deep.equal([pulled.digest]);
      expect(trial.site.seen(path).some(isBlobRead)).to.equal(true);
      return 'same digest';
    },
  },
];

/** The same bytes each time. */
export function imageFor({ pathOf }: Trial, purpose: string): Image {
  return createImage({ seed: pathOf(purpose), sizeBytes: 300_000 });
}

export function expectDone(outcome: Outcome): void {
  expect(outcome, outcome.output).to.deep.include({ isDone: true });
}

/** Of the manifests that were put, the earliest first. */
export function digestsPut(seen: readonly Exchange[]): (string | null)[] {
  return seen.filter((exchange) => isManifestWrite(exchange) && exchange.status === 201).map(({ digest }) => digest);
}

function expectNoBlobWrite(seen: readonly Exchange[]): string {
  expect(seen.filter(isBlobWrite)).to.deep.equal([]);
  return '0 blob writes';
}
