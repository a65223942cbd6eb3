import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { createImage, createTwoArchitectures } from '../support/image/image.ts';
import { findDigest, push } from '../support/image/push.ts';
import { WORLDS } from '../support/servers/pins.ts';
import { type PulpServer, startPulp } from '../support/servers/pulp.ts';
import { makeTemporaryDir } from '../support/servers/temporary.ts';

for (const world of WORLDS) {
  describe(`Pulp of world ${world}`, function () {
    // The first start installs Pulp and migrates its database.
    this.timeout(300_000);
    let dir: string;
    let pulp: PulpServer;

    before(async () => {
      dir = await makeTemporaryDir(`pulp-${world}`);
      pulp = await startPulp({ world, dir });
    });

    after(async () => {
      await pulp.stop();
      await rm(dir, { recursive: true });
    });

    for (const format of ['oci', 'docker'] as const) {
      it(`takes an image with media types of ${format}`, async () => {
        const image = createImage({ seed: `pulp ${format}`, format });

        await push(pulp, `kpr.push/acme/${format}`, 'latest', image);

        expect(await findDigest(pulp, `kpr.push/acme/${format}`, 'latest')).to.equal(image.manifest.digest);
      });

      it(`takes an index of two architectures with media types of ${format}`, async () => {
        const index = createTwoArchitectures({ seed: `pulp ${format}`, format });

        await push(pulp, `kpr.push/acme/${format}`, 'two', index);

        expect(await findDigest(pulp, `kpr.push/acme/${format}`, 'two')).to.equal(index.manifest.digest);
      });
    }

    it('takes an index one of whose children is missing', async () => {
      const index = createTwoArchitectures({ seed: 'incomplete' });
      const [amd64] = index.children.map((child) => child.manifest.digest);

      await push(pulp, 'kpr.push/acme/incomplete', 'latest', index, { leaveOut: [amd64 ?? ''] });

      expect(await findDigest(pulp, 'kpr.push/acme/incomplete', 'latest')).to.equal(index.manifest.digest);
    });
  });
}
