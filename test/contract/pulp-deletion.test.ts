import { expect } from 'chai';
import type { Task } from '../../lib/pulp/schema.ts';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { describePulps } from '../support/pulp/targets.ts';

const DISTRIBUTIONS = 'distributions/container/container/';

describePulps('Pulp deletion', (pulp, world) => {
  const at = (name: string) => pulp().at(name);
  const image = (seed: string) => createImage({ seed: `${pulp().prefix} ${seed}` });
  const pushed = async (name: string) => {
    await push(pulp(), at(name), '1', image(name));
    const [repository, distribution] = [await pulp().findRepository(at(name)), await pulp().findDistribution(at(name))];
    return { repository: repository?.pulp_href ?? '', distribution: distribution?.pulp_href ?? '' };
  };
  const distribute = async (name: string, body: Record<string, string>) => {
    await pulp().finish(await pulp().post(DISTRIBUTIONS, { name: at(name), base_path: at(name), ...body }));
    return (await pulp().findDistribution(at(name)))?.pulp_href ?? '';
  };
  const remove = async (href: string): Promise<Task> => pulp().finish(await pulp().send('DELETE', href));
  const statusOf = async (href: string) => (await pulp().get(href)).status;

  it('of a push distribution takes its repository along', async () => {
    const { repository, distribution } = await pushed('gone');
    const task = await pulp().findTaskOf(`${repository}versions/1/`);

    const { name, state } = await remove(distribution);

    const statuses = [
      await statusOf(distribution),
      await statusOf(repository),
      await statusOf(`${repository}versions/1/`),
    ];
    const again = await pulp().send('DELETE', distribution);
    const old = await pulp().get(task.pulp_href);
    expect({ name, state }).to.deep.equal({ name: 'pulpcore.app.tasks.base.general_multi_delete', state: 'completed' });
    expect([...statuses, again.status]).to.deep.equal([404, 404, 404, 404]);
    expect(old.body).to.deep.include({ created_resources: ['<unavailable>'] });
  });

  it('and a new push give another uuid, and versions from 1', async () => {
    const { repository, distribution } = await pushed('reborn');
    await remove(distribution);

    const after = await pushed('reborn');

    expect(after.repository).not.to.equal(repository);
    expect(await statusOf(`${after.repository}versions/1/`)).to.equal(200);
  });

  it('of one of two distributions takes a container-push repository along, a container repository not', async () => {
    const { repository, distribution } = await pushed('two');
    const second = await distribute('second', { repository });

    await remove(distribution);

    expect(await statusOf(second)).to.equal(200);
    expect(await statusOf(repository)).to.equal(world === 'a' ? 404 : 200);
  });

  it('of the only distribution takes an ordinary repository along from pulp_container 2.29', async () => {
    const { pulp_href: repository } = await pulp().createRepository(at('ordinary'));
    const distribution = await distribute('ordinary', { repository });

    await remove(distribution);

    expect(await statusOf(repository)).to.equal(world === 'a' ? 200 : 404);
  });

  it('of a distribution that serves a version leaves the repository', async () => {
    const { pulp_href, latest_version_href } = await pulp().createRepository(at('served'));
    const distribution = await distribute('served', { repository_version: latest_version_href });

    await remove(distribution);

    expect(await statusOf(pulp_href)).to.equal(200);
  });

  it('of a push repository itself works for container repositories only, and leaves the distribution empty', async () => {
    const { repository, distribution } = await pushed('itself');

    const reply = await pulp().send('DELETE', repository);

    expect(reply.status).to.equal(world === 'a' ? 405 : 202);
    if (world === 'a') return;
    await pulp().finish(reply);
    expect((await pulp().get(distribution)).body).to.deep.include({ repository: null });
  });

  it('of a version: in any repository but a container-push one', async () => {
    await pushed('version');
    const { repository } = await pushed('version');
    await push(pulp(), at('version'), '2', image('another'));

    const reply = await pulp().send('DELETE', `${repository}versions/1/`);

    expect(reply.status).to.equal(world === 'a' ? 403 : 202);
  });

  it('does not hit a repository that its distribution does not serve alone: a typed list hides it then', async () => {
    const { repository, distribution } = await pushed('hidden');
    await pulp().finish(await pulp().send('PATCH', distribution, { body: { repository: null } }));

    const type = repository.includes('container-push') ? 'container-push' : 'container';
    const { body } = await pulp().get(`repositories/container/${type}/?name=${at('hidden')}`);

    expect(body).to.deep.include({ count: world === 'a' ? 0 : 1 });
    expect(await pulp().findRepository(at('hidden'))).not.to.equal(null);
  });
});
