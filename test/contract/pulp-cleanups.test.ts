import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { describePulps } from '../support/pulp/targets.ts';

const DISTRIBUTIONS = 'distributions/container/container/';

describePulps('Pulp cleanups', (pulp) => {
  const at = (name: string) => pulp().at(name);
  const distribute = async (name: string, body: Record<string, string>) =>
    pulp().finish(await pulp().post(DISTRIBUTIONS, { name: at(name), base_path: at(name), ...body }));
  /** A repository with versions 0 to 2: Katello's kind, which all Pulps let anybody delete versions of. */
  const filled = async (name: string) => {
    await push(pulp(), at(`${name}-pushed`), '1', createImage({ seed: at(name) }));
    const { pulp_href: repository } = await pulp().createRepository(at(name));
    const units = (await pulp().tagsOf(await pulp().findLatest(`${name}-pushed`))).map((tag) => tag.pulp_href);
    await pulp().finish(await pulp().post(`${repository}add/`, { content_units: units }));
    await pulp().finish(await pulp().post(`${repository}remove/`, { content_units: units }));
    return { repository, at: (number: number) => `${repository}versions/${number}/` };
  };
  const remove = (href: string) => pulp().send('DELETE', href);

  it('of a version refuse one that a distribution is set to', async () => {
    const { at: version } = await filled('pinned');
    await distribute('pinned', { repository_version: version(1) });

    const refused = await remove(version(1));

    expect(refused.status).to.equal(400);
    expect(JSON.stringify(refused.body)).to.include('Please update the necessary distributions first.');
  });

  it('of a version refuse the latest of a repository that is distributed, and no other one', async () => {
    const { repository, at: version } = await filled('latest');
    await distribute('latest', { repository });

    const answers = [await remove(version(2)), await remove(version(1))];

    expect(answers.map(({ status }) => status)).to.deep.equal([400, 202]);
  });

  it('of a version fail where it is the last one', async () => {
    const { pulp_href: repository } = await pulp().createRepository(at('last'));

    const { state } = await pulp().finish(await remove(`${repository}versions/0/`));

    expect(state).to.equal('failed');
    expect((await pulp().get(`${repository}versions/0/`)).status).to.equal(200);
  });

  it('of orphans spare what is young, and what a version holds', async () => {
    const { at: version } = await filled('orphans');
    const [tag] = await pulp().tagsOf(version(1));
    await pulp().finish(await remove(version(1)));

    const { state } = await pulp().finish(await pulp().post('orphans/cleanup/', { orphan_protection_time: 1_440 }));

    expect(state).to.equal('completed');
    expect((await pulp().get(tag?.pulp_href ?? '')).status).to.equal(200);
  });

  it('of tasks spare those that ended later', async () => {
    const { repository } = await filled('tasks');
    const { pulp_href: task } = await pulp().findTaskOf(`${repository}versions/1/`);
    const finishedBefore = '2020-01-01T00:00:00.000+00:00';

    const { state } = await pulp().finish(await pulp().post('tasks/purge/', { finished_before: finishedBefore }));

    expect(state).to.equal('completed');
    expect((await pulp().get(task)).status).to.equal(200);
  });

  it('are prepared with lists of a few fields, named one by one', async () => {
    await pulp().createRepository(at('thin'));

    const { body } = await pulp().get(
      `repositories/container/container/?name=${at('thin')}&fields=pulp_href&fields=pulp_labels`,
    );

    expect(body).to.have.nested.property('results.0').that.has.all.keys('pulp_href', 'pulp_labels');
  });
});
