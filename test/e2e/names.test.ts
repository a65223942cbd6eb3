import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { describeWorlds, listRepositories, waitUntilPublished } from './harness.ts';

describeWorlds('a push path', (world) => {
  for (const [path, repository] of [
    ['acme/web/team/api', 'acme/web/team/api'],
    ['acme/web/a.b-c_d', 'acme/web/a.b-c_d'],
    ['id/1/1/by-ids', 'acme/web/by-ids'],
    ['id/1/in-push-product', 'acme/Container Push/in-push-product'],
  ] as const) {
    it(`${path} leads to ${repository}`, async () => {
      const pushable = createImage({ seed: path });

      await world().push(path, '1', pushable);

      await waitUntilPublished(world(), { repository, tag: '1', pushable });
    });
  }

  it('that leads nowhere makes nothing in Katello and holds up nobody', async () => {
    const nowhere = [
      'lonely',
      'nobody/web/app',
      'acme/nothing/app',
      'acme/constructor/app',
      'id/999/app',
      'id/acme/app',
    ];
    const before = await listRepositories(world());
    const pushable = createImage({ seed: 'nowhere' });

    // The front refuses them, but an administrator of Pulp needs no token.
    for (const path of nowhere) await world().pushToPulp(path, '1', pushable);
    await world().push('acme/web/somewhere', '1', pushable);

    await waitUntilPublished(world(), { repository: 'acme/web/somewhere', tag: '1', pushable });
    expect(await listRepositories(world())).to.have.members([...before, 'acme/web/somewhere']);
  });

  it('may hold tags that no client would make, but Pulp takes', async () => {
    const tags = [`it's "quoted"`, '<b>bold', 'a\u001b[31mred', '__proto__', 'x'.repeat(200)];
    const pushables = tags.map((tag) => ({ tag, pushable: createImage({ seed: tag }) }));

    for (const { tag, pushable } of pushables) await world().push('acme/web/odd-tags', tag, pushable);

    const repository = 'acme/web/odd-tags';
    for (const { tag, pushable } of pushables) await waitUntilPublished(world(), { repository, tag, pushable });
  });
});
