import { expect } from 'chai';
import { createImage, createTwoArchitectures } from '../support/image/image.ts';
import { pushWithPodman, pushWithSkopeo } from './clients.ts';
import { describeWorlds, readListed, waitUntilPublished, waitUntilServed } from './harness.ts';

describeWorlds('a push', (world) => {
  it('by skopeo comes out of Katello as it went in', async () => {
    const pushable = createImage({ seed: 'skopeo' });

    await pushWithSkopeo(world(), 'acme/web/by-skopeo', 'latest', pushable);

    await waitUntilPublished(world(), { repository: 'acme/web/by-skopeo', tag: 'latest', pushable });
  });

  it('by podman comes out of Katello with the digest that podman reports', async () => {
    const digest = await pushWithPodman(world(), 'acme/web/by-podman', '1', createImage({ seed: 'podman' }));

    await waitUntilServed(world(), 'acme/web/by-podman', '1', digest);
  });

  it('of two architectures comes out as one index', async () => {
    const pushable = createTwoArchitectures({ seed: 'two architectures' });

    await pushWithSkopeo(world(), 'acme/web/two', '1', pushable);

    await waitUntilPublished(world(), { repository: 'acme/web/two', tag: '1', pushable });
  });

  it('with media types of Docker comes out with them', async () => {
    const pushable = createTwoArchitectures({ seed: 'two architectures', format: 'docker' });

    await world().push('acme/web/docker', '1', pushable);

    await waitUntilPublished(world(), { repository: 'acme/web/docker', tag: '1', pushable });
  });

  it('to the same tag moves it, and leaves the other tags alone', async () => {
    const [first, second] = [createImage({ seed: 'first' }), createImage({ seed: 'second' })];
    const repository = 'acme/web/moved';
    await world().push('acme/web/moved', 'latest', first);
    await world().push('acme/web/moved', '1', first);
    await waitUntilPublished(world(), { repository, tag: '1', pushable: first });

    await world().push('acme/web/moved', 'latest', second);

    await waitUntilPublished(world(), { repository, tag: 'latest', pushable: second });
    expect(await readListed(world(), repository)).to.deep.equal({
      latest: second.manifest.digest,
      1: first.manifest.digest,
    });
  });

  it('without a product goes into the push product of its organization', async () => {
    const pushable = createImage({ seed: 'no product' });

    await world().push('globex/app', '1', pushable, 'other');

    await waitUntilPublished(world(), { repository: 'globex/Container Push/app', tag: '1', pushable });
  });
});
