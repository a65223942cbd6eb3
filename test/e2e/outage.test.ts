import { createImage } from '../support/image/image.ts';
import { waitFor } from '../support/servers/wait.ts';
import { describeWorlds, waitUntilPublished } from './harness.ts';
import { holdTasks, isUnderWay, PUBLISH, releaseTasks } from './katello-control.ts';

describeWorlds('a push', (world) => {
  afterEach(() => world().revive());

  const waitUntilUnready = (): Promise<true> =>
    waitFor(
      'a reactor that says it is not ready',
      async () => ((await fetch(`${world().reactor.metricsUrl}/readyz`)).ok ? undefined : true),
      { timeoutMs: 60_000 },
    );

  it('while Katello is away is published when it is back', async () => {
    const pushable = createImage({ seed: 'without Katello' });
    await world().katello.stop();
    await waitUntilUnready();

    await world().pushToPulp('acme/web/without-katello', '1', pushable);
    await world().revive();

    await waitUntilPublished(world(), { repository: 'acme/web/without-katello', tag: '1', pushable });
  });

  it('is published though Pulp went away in between', async () => {
    const pushable = createImage({ seed: 'without Pulp' });
    await holdTasks(world(), PUBLISH);
    await world().push('acme/web/without-pulp', '1', pushable);
    await waitFor('a publish', async () => (await isUnderWay(world(), PUBLISH)) || undefined, { timeoutMs: 60_000 });

    await world().pulp.stop();
    await releaseTasks(world());
    await waitUntilUnready();
    await world().revive();

    await waitUntilPublished(world(), { repository: 'acme/web/without-pulp', tag: '1', pushable });
  });

  it('is published though Redis went away in between', async () => {
    const pushable = createImage({ seed: 'without Redis' });
    await world().redis.stop();
    await waitUntilUnready();

    await world().push('acme/web/without-redis', '1', pushable);
    await world().revive();

    await waitUntilPublished(world(), { repository: 'acme/web/without-redis', tag: '1', pushable });
  });
});
