import { expect } from 'chai';
import { createImage, createTwoArchitectures } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { idOf, startTrial, type Trial } from '../support/katello/trial.ts';

const one = createImage({ seed: 'one' });
const two = createImage({ seed: 'two' });
const list = createTwoArchitectures({ seed: 'list' });
const another = createTwoArchitectures({ seed: 'another list' });

describe("Katello's stand-in indexes", () => {
  let trial: Trial;
  let made = 0;
  const fresh = () => trial.createRepository(`index-${++made}`);
  const versionOf = async (id: number) => (await trial.world()).repositories.find((row) => row.id === id)?.versionHref;

  before(async () => {
    trial = await startTrial('5.0.1');
  });
  after(() => trial.close());

  it('everything that lies in Pulp when one tag is imported', async () => {
    const id = await fresh();
    await trial.pushInto(id, 'one', one);
    await trial.pushInto(id, 'two', two);

    const task = await trial.ended(await trial.importTag(id, 'one', one));

    expect(task).to.include({ state: 'stopped', result: 'success' });
    expect(await trial.listTags(id)).to.deep.equal({ one: one.manifest.digest, two: two.manifest.digest });
  });

  it('the version of Pulp that Katello then publishes', async () => {
    const id = await fresh();
    await trial.pushInto(id, 'one', one);
    expect(await versionOf(id)).to.match(/versions\/0\/$/);

    await trial.ended(await trial.importTag(id, 'one', one));

    const version = await versionOf(id);
    expect(version).to.match(/versions\/1\/$/);
    const distribution = await trial.pulpClient.findDistribution(`acme/web/index-${made}`);
    expect(distribution?.repository_version).to.equal(version);
  });

  it('in the order of the recorded calls', async () => {
    const id = await fresh();
    await trial.pushInto(id, 'one', one);
    trial.pulp.requests.length = 0;

    await trial.ended(await trial.importTag(id, 'one', one));

    const seen = trial.pulp.requests
      .map(({ method, url }) => `${method} ${url.split('?')[0]?.replace('/pulp/api/v3/', '')}`)
      .filter((call) => !/ (tasks|status)\//.test(call))
      .map((call) => call.replaceAll(/[0-9a-f-]{36}/g, '…'));
    expect(seen).to.deep.equal([
      'POST repositories/container/container/…/tag/',
      'GET repositories/container/container/…/',
      'GET repositories/container/container/…/versions/1/',
      'GET content/container/manifests/',
      'GET content/container/tags/',
      'GET content/container/manifests/',
      'GET distributions/container/container/',
      'PATCH distributions/container/container/…/',
      'PATCH distributions/container/container/…/',
    ]);
  });

  it('a tag whose image is not in the repository not at all', async () => {
    const id = await fresh();
    const absent = createImage({ seed: 'absent' });

    const task = await trial.ended(await trial.importTag(id, 'one', absent));
    const sync = await trial.importTag(id, 'one', absent, { async: false });

    expect(task).to.include({ state: 'stopped', result: 'warning' });
    expect(sync.status).to.equal(400);
    expect(await trial.listTags(id)).to.deep.equal({});
  });

  it('no newer version where an import by href adds nothing', async () => {
    const id = await fresh();
    await trial.pushInto(id, 'one', one);

    const task = await trial.ended(await trial.importUnit(id, one));

    expect(task).to.include({ result: 'success' });
    expect(await versionOf(id), 'Pulp has version 1').to.match(/versions\/0\/$/);
    expect(await trial.listTags(id)).to.deep.equal({});
  });

  describe('a tag of a list', () => {
    it('not before the list itself: the import fails and leaves the repository without tags', async () => {
      const id = await fresh();
      await trial.pushInto(id, 'list', list);

      const task = await trial.ended(await trial.importTag(id, 'list', list));
      const sync = await trial.importTag(id, 'list', list, { async: false });

      expect(task).to.include({ result: 'warning' });
      expect(task.errors.join()).to.match(/^undefined method `schema_version' for nil:NilClass/);
      expect(sync.status).to.equal(400);
      expect(sync)
        .to.have.nested.property('body.message')
        .that.matches(/^Task \S+: NoMethodError: undefined method/);
      expect(await trial.listTags(id)).to.deep.equal({});
      expect(await versionOf(id), 'though the version is on record').to.match(/versions\/1\/$/);
    });

    it('nor another tag next to it, with another error', async () => {
      const id = await fresh();
      await trial.pushInto(id, 'list', list);
      await trial.pushInto(id, 'one', one);

      const task = await trial.ended(await trial.importTag(id, 'one', one));

      expect(task.errors).to.deep.equal(['All objects being inserted must have the same keys']);
      expect(await trial.listTags(id)).to.deep.equal({});
    });

    it('when the list was imported by href first', async () => {
      const id = await fresh();
      await push(trial.pulp, 'kpr.push/acme/web/first', 'list', another);

      const cure = await trial.ended(await trial.importUnit(id, another));
      await trial.pushInto(id, 'list', another);
      const task = await trial.ended(await trial.importTag(id, 'list', another));

      expect([cure.result, task.result]).to.deep.equal(['success', 'success']);
      expect(await trial.listTags(id)).to.deep.equal({ list: another.manifest.digest });
    });

    it('when the list is known from another repository', async () => {
      const id = await fresh();
      await trial.pushInto(id, 'list', another);

      expect(await trial.ended(await trial.importTag(id, 'list', another))).to.include({ result: 'success' });
    });

    it('when the tag is taken out, the list imported with another tag, and the tag put back', async () => {
      const id = await fresh();
      await trial.pushInto(id, 'list', list);
      await trial.ended(await trial.importTag(id, 'list', list));
      const target = (await versionOf(id))?.replace(/versions\/\d+\/$/, '');
      await trial.pulpClient.finish(await trial.pulpClient.post(`${target}untag/`, { tag: 'list' }));

      await trial.pushInto(id, 'one', one);
      const recovery = await trial.ended(await trial.importTag(id, 'one', one));
      const task = await trial.ended(await trial.importTag(id, 'list', list));

      expect([recovery.result, task.result]).to.deep.equal(['success', 'success']);
      expect(await trial.listTags(id)).to.deep.equal({ one: one.manifest.digest, list: list.manifest.digest });
    });
  });
});

for (const [version, copied] of [
  ['4.14.3', { latest: one.manifest.digest }],
  ['4.19.2', {}],
  ['5.0.1', {}],
] as const) {
  describe(`Katello ${version}'s stand-in`, () => {
    let trial: Trial;

    before(async () => {
      trial = await startTrial(version);
    });
    after(() => trial.close());

    const kept = Object.keys(copied).length > 0;
    it(`${kept ? 'keeps' : 'loses'} the tag of a published copy when the tag moves and the old image stays`, async () => {
      const id = await trial.createRepository('copied');
      await trial.pushInto(id, 'latest', one);
      await trial.ended(await trial.importTag(id, 'latest', one));
      const copy = await publish(trial, id);
      expect(await trial.listTags(copy)).to.deep.equal({ latest: one.manifest.digest });

      await trial.pushInto(id, 'latest', two);
      await trial.ended(await trial.importTag(id, 'latest', two));

      expect(await trial.listTags(id)).to.deep.equal({ latest: two.manifest.digest });
      expect(await trial.listTags(copy)).to.deep.equal(copied);
    });
  });
}

/** Publishes a content view of the repository; answers the id of the copy in Library. */
async function publish(trial: Trial, repositoryId: number): Promise<number> {
  const body = { organization_id: 1, name: `view ${repositoryId}`, repository_ids: [repositoryId] };
  const view = await trial.ask('admin', 'POST /katello/api/v2/content_views', { body });
  const viewId = idOf(view);
  await trial.ended(await trial.ask('admin', `POST /katello/api/v2/content_views/${viewId}/publish`, { body: {} }));
  await trial.settled();
  const { repositories } = await trial.world();
  const copy = repositories.find((row) => row.libraryInstanceId === repositoryId && row.environmentId !== null);
  return copy?.id ?? 0;
}
