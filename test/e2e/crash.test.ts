import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createImage, createTwoArchitectures } from '../support/image/image.ts';
import { waitFor } from '../support/servers/wait.ts';
import type { RunningWorld } from '../support/servers/world.ts';
import { describeWorlds, readListed, waitUntilPublished } from './harness.ts';
import { holdTasks, isUnderWay, PUBLISH, releaseTasks } from './katello-control.ts';

describeWorlds('after kill -9 of the daemon', (world) => {
  afterEach(async () => {
    await releaseTasks(world());
    await world().revive();
  });

  const killInMidRun = async (): Promise<void> => {
    await waitFor('a publish', async () => (await isUnderWay(world(), PUBLISH)) || undefined, { timeoutMs: 60_000 });
    await world().reactor.kill();
  };

  it('in mid-run and the loss of Redis, Katello shows all that was pushed and nothing else', async () => {
    const [moved, first, index] = [
      createImage({ seed: 'crash moved' }),
      createImage({ seed: 'crash first' }),
      createTwoArchitectures({ seed: 'crash index' }),
    ];
    await world().push('acme/web/crash', 'latest', first);
    await waitUntilPublished(world(), { repository: 'acme/web/crash', tag: 'latest', pushable: first });
    await holdTasks(world(), PUBLISH);
    await world().push('acme/web/crash', 'latest', moved);
    await world().push('acme/web/crash-too', 'two', index);

    await killInMidRun();
    await forgetAll(world());
    await world().pushToPulp('acme/web/crash', '1', first);
    await releaseTasks(world());
    await world().revive();

    await waitUntilPublished(world(), { repository: 'acme/web/crash', tag: 'latest', pushable: moved });
    await waitUntilPublished(world(), { repository: 'acme/web/crash', tag: '1', pushable: first });
    await waitUntilPublished(world(), { repository: 'acme/web/crash-too', tag: 'two', pushable: index });
    expect(await readListed(world(), 'acme/web/crash')).to.have.all.keys('latest', '1');
    expect(await readListed(world(), 'acme/web/crash-too')).to.have.all.keys('two');
  });

  it('a push that nobody saw is found', async () => {
    const pushable = createImage({ seed: 'unseen' });
    await world().reactor.kill();

    await world().pushToPulp('acme/web/unseen', '1', pushable);
    await world().revive();

    await waitUntilPublished(world(), { repository: 'acme/web/unseen', tag: '1', pushable });
  });
});

async function forgetAll(world: RunningWorld): Promise<void> {
  const redis = new Redis(world.redis.url);
  await redis.flushall();
  redis.disconnect();
}
