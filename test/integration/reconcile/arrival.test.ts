import { expect } from 'chai';
import { readArrival } from '../../../lib/reconcile/arrival.ts';
import { createImage, createTwoArchitectures } from '../../support/image/image.ts';
import { type Lab, startLab } from '../../support/lab.ts';

const PATH = 'acme/web/api';

for (const world of ['a', 'b'] as const) {
  describe(`readArrival (world ${world})`, () => {
    const { signal } = new AbortController();
    const [one, two] = [createImage({ seed: 'one' }), createImage({ seed: 'two' })];
    let lab: Lab;

    beforeEach(async () => {
      lab = await startLab({ world });
      await lab.push(PATH, '1', one);
    });
    afterEach(() => lab.close());

    const read = (tag: string | null = null, digest: string | null = null) =>
      readArrival(lab.deps, { path: PATH, tag, digest }, signal);
    const isServed = async (tag?: string | null, digest?: string) => (await read(tag, digest))?.isServed;

    it('finds nothing where nothing is pushed', async () => {
      expect(await readArrival(lab.deps, { path: 'acme/web/none', tag: null, digest: null }, signal)).to.equal(null);
    });

    it('is not there before a run, and is after it', async () => {
      expect([await isServed(), await isServed('1'), await isServed(null, one.manifest.digest)]).to.deep.equal([
        false,
        false,
        false,
      ]);

      await lab.settle(PATH);

      expect([await isServed(), await isServed('1'), await isServed(null, one.manifest.digest)]).to.deep.equal([
        true,
        true,
        true,
      ]);
    });

    it('waits for the image that the tag names now', async () => {
      await lab.settle(PATH);
      await lab.push(PATH, '1', two);

      expect(await read('1')).to.include({ digest: two.manifest.digest, isServed: false, version: 2 });
      expect(await isServed()).to.equal(false);
      expect(await isServed('1', one.manifest.digest)).to.equal(true);

      await lab.settle(PATH);

      expect(await isServed('1')).to.equal(true);
      expect(await isServed('1', one.manifest.digest)).to.equal(false);
    });

    it('finds an index as it finds an image, and no tag that is not pushed', async () => {
      await lab.push(PATH, 'multi', createTwoArchitectures({ seed: 'multi' }));
      await lab.settle(PATH);

      expect(await isServed('multi')).to.equal(true);
      expect(await read('none')).to.include({ digest: null, isServed: false });
    });

    it('is not there while a push past the web server has the name', async () => {
      await lab.settle(PATH);
      const served = [...lab.fakePulp.state.distributions.values()].find(({ name }) => !name.startsWith('kpr.push/'));
      const findDistribution: Lab['pulp']['findDistribution'] = async (name, abort) => {
        const found = await lab.pulp.findDistribution(name, abort);
        return found && name === served?.basePath ? { ...found, repository: '/pulp/x/' } : found;
      };
      const deps = { ...lab.deps, pulp: { ...lab.pulp, findDistribution } };

      expect(await readArrival(deps, { path: PATH, tag: '1', digest: null }, signal)).to.include({ isServed: false });
    });

    it('writes nothing', async () => {
      await lab.settle(PATH);
      lab.calls.pulp.length = 0;
      lab.calls.katello.length = 0;

      await read('1');

      expect(lab.calls.pulp.filter(({ method }) => method !== 'GET')).to.deep.equal([]);
      expect(lab.calls.katello.map(({ method }) => method)).to.deep.equal(['GET']);
    });
  });
}
