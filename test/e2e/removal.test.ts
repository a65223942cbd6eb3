import { expect } from 'chai';
import { z } from 'zod';
import { createImage } from '../support/image/image.ts';
import { identify, send } from '../support/send.ts';
import { PREFIX } from '../support/servers/reactor.ts';
import { waitFor } from '../support/servers/wait.ts';
import type { RunningWorld } from '../support/servers/world.ts';
import { describeWorlds, readListed, waitUntilPublished } from './harness.ts';

describeWorlds('a tag that is removed from the push repository', (world) => {
  it('leaves Katello too', async () => {
    const pushable = createImage({ seed: 'removal' });
    const repository = 'acme/web/removal';
    for (const tag of ['keep', 'drop']) await world().push(repository, tag, pushable);
    for (const tag of ['keep', 'drop']) await waitUntilPublished(world(), { repository, tag, pushable });

    await untag(world(), repository, 'drop');

    const isDropped = async () => !('drop' in (await readListed(world(), repository))) || undefined;
    await waitFor('a listing without it', isDropped, { timeoutMs: 60_000, gapMs: 250 });
    expect(await readListed(world(), repository)).to.deep.equal({ keep: pushable.manifest.digest });
  });
});

const Repositories = z.object({ results: z.array(z.object({ pulp_href: z.string() })) });

async function untag({ pulp }: RunningWorld, path: string, tag: string): Promise<void> {
  const headers = { ...identify(pulp), 'content-type': 'application/json' };
  const found = await send(pulp, 'GET', `/pulp/api/v3/repositories/?name=${PREFIX}/${path}`, { headers });
  const [repository] = Repositories.parse(await found.json()).results;
  const body = JSON.stringify({ tag });
  const answer = await send(pulp, 'POST', `${repository?.pulp_href}untag/`, { headers, body });
  expect(answer.status).to.equal(202);
}
