import { expect } from 'chai';
import { createImage, createTwoArchitectures } from '../support/image/image.ts';
import { findDigest, push } from '../support/image/push.ts';
import { describeWorlds } from './harness.ts';

/** Not under the reactor's prefix: it must not mind. */
const NAME = 'pulp.test/acme';

describeWorlds('a real Pulp', (world) => {
  for (const format of ['oci', 'docker'] as const) {
    it(`takes an image with media types of ${format}`, async () => {
      const { pulp } = world();
      const image = createImage({ seed: `pulp ${format}`, format });

      await push(pulp, `${NAME}/${format}`, 'latest', image);

      expect(await findDigest(pulp, `${NAME}/${format}`, 'latest')).to.equal(image.manifest.digest);
    });

    it(`takes an index of two architectures with media types of ${format}`, async () => {
      const { pulp } = world();
      const index = createTwoArchitectures({ seed: `pulp ${format}`, format });

      await push(pulp, `${NAME}/${format}`, 'two', index);

      expect(await findDigest(pulp, `${NAME}/${format}`, 'two')).to.equal(index.manifest.digest);
    });
  }

  it('takes an index one of whose children is missing', async () => {
    const { pulp } = world();
    const index = createTwoArchitectures({ seed: 'incomplete' });
    const [amd64] = index.children.map((child) => child.manifest.digest);

    await push(pulp, `${NAME}/incomplete`, 'latest', index, { leaveOut: [amd64 ?? ''] });

    expect(await findDigest(pulp, `${NAME}/incomplete`, 'latest')).to.equal(index.manifest.digest);
  });
});
