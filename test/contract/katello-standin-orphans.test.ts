import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { startTrial, type Trial } from '../support/katello/trial.ts';

const image = createImage({ seed: 'orphans' });
const other = createImage({ seed: 'others' });

/** Push repositories, by the label `katello_orphan_cleanup=false` on their distribution. */
const PUSHED = { labelled: 'kpr.push/acme/web/labelled', plain: 'kpr.push/acme/web/plain' };

/** What is left of the two, by version. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  '4.14.3': [PUSHED.labelled, PUSHED.plain],
  '4.16.2': [PUSHED.labelled, PUSHED.plain],
  '4.17.0': [],
  '4.20.1': [],
  '4.21.0': [PUSHED.labelled],
  '5.0.1': [PUSHED.labelled],
};

describe('the weekly cleanup of', () => {
  let trial: Trial;
  afterEach(() => trial.close());

  for (const [version, left] of Object.entries(LEFT)) {
    it(`Katello ${version}'s stand-in leaves ${left.length} of two push repositories, of which one is labelled`, async () => {
      trial = await startTrial(version);
      await pushBoth(trial);

      await cleanUp(trial);

      expect(pathsOf(trial)).to.deep.equal(left);
      for (const path of Object.values(PUSHED)) {
        expect((await trial.pulpClient.findRepository(path)) !== null, path).to.equal(left.includes(path));
      }
    });
  }
});

for (const version of ['4.14.3', '4.19.2', '5.0.1']) {
  describe(`the weekly cleanup of Katello ${version}'s stand-in`, () => {
    let trial: Trial;
    beforeEach(async () => {
      trial = await startTrial(version);
    });
    afterEach(() => trial.close());

    it('leaves what Katello names, and deletes a version that it has not saved yet', async () => {
      const id = await trial.createRepository('app');
      await trial.pushInto(id, 'one', image);
      await trial.ended(await trial.importTag(id, 'one', image));
      await trial.pushInto(id, 'two', other);
      const { pulpHref, versionHref } = await repositoryOf(trial, id);

      await cleanUp(trial);

      const versions = trial.pulp.state.repositories.get(pulpHref?.split('/').at(-2) ?? '')?.versions ?? [];
      expect(versionHref).to.match(/versions\/\d\/$/);
      expect(versions.map(({ number }) => number)).to.deep.equal([0, Number(versionHref?.split('/').at(-2))]);
      expect(await trial.listTags(id)).to.deep.equal({ one: image.manifest.digest });
      expect(pathsOf(trial)).to.include(version === '4.14.3' ? 'acme-web-app' : 'acme/web/app');
    });

    it('forgets images that no repository has any more', async () => {
      const id = await trial.createRepository('app');
      await trial.pushInto(id, 'one', image);
      await trial.ended(await trial.importTag(id, 'one', image));
      await trial.ask('kpr', `DELETE /katello/api/v2/repositories/${id}`);
      await trial.settled();
      const before = (await trial.world()).manifests.length;

      await cleanUp(trial);

      const { manifests, tags } = await trial.world();
      expect({ before, after: manifests.length, tags: tags.length }).to.deep.equal({ before: 1, after: 0, tags: 0 });
    });

    it('is a task of its own, which locks nothing and belongs to nothing', async () => {
      const id = await trial.createRepository('app');
      await trial.pushInto(id, 'one', image);
      await trial.control('POST /tasks/hold', { label: 'RemoveOrphans' });

      await trial.control('POST /orphan-cleanup');
      const accepted = await trial.importTag(id, 'one', image);
      await trial.ended(accepted);
      await trial.control('POST /tasks/release');
      await trial.settled();

      const [task] = await trial.tasks('Actions::Katello::OrphanCleanup::RemoveOrphans');
      expect(accepted.status).to.equal(202);
      expect(task).to.deep.include({ result: 'success', action: 'Remove orphans', links: [] });
    });

    it('asks Pulp for the rest: content of a day ago, tasks of a month ago', async () => {
      const bodies: Record<string, unknown> = {};
      trial.pulp.intercept((call) => {
        if (call.method === 'POST') bodies[call.path] = JSON.parse(call.body.toString('utf8'));
        return undefined;
      });

      await cleanUp(trial);

      const purge = JSON.stringify(bodies['/pulp/api/v3/tasks/purge/']);
      const [limit = ''] = /[\dT:.-]+\+00:00/.exec(purge) ?? [];
      expect(bodies['/pulp/api/v3/orphans/cleanup/']).to.deep.equal({ orphan_protection_time: 1_440 });
      expect((Date.now() - Date.parse(limit)) / 86_400_000).to.be.closeTo(30, 0.1);
    });

    it(`${version === '4.14.3' ? 'pauses' : 'goes on with a warning'} where a version is served that Katello does not name`, async () => {
      const id = await trial.createRepository('app');
      await trial.pushInto(id, 'one', image);
      const { pulpHref, distributionHref } = await repositoryOf(trial, id);
      await trial.pulpClient.finish(
        await trial.pulpClient.send('PATCH', distributionHref ?? '', {
          body: { repository_version: `${pulpHref}versions/1/` },
        }),
      );

      await cleanUp(trial);

      const [task] = await trial.tasks('::RemoveOrphans');
      const ending = version === '4.14.3' ? ['paused', 'error'] : ['stopped', 'warning'];
      expect([task?.state, task?.result]).to.deep.equal(ending);
      expect((await trial.pulpClient.get(`${pulpHref}versions/1/`)).status).to.equal(200);
    });
  });
}

describe("the weekly cleanup of Katello 5.0.1's stand-in, where a push makes an ordinary repository", () => {
  let trial: Trial;
  beforeEach(async () => {
    trial = await startTrial('5.0.1', {}, 'b');
  });
  afterEach(() => trial.close());

  it('takes old versions of a labelled distribution, unless its repository carries the label too', async () => {
    await pushBoth(trial);
    const plain = await trial.pulpClient.findDistribution(PUSHED.plain);
    await label(trial, plain?.pulp_href);
    const labelled = await trial.pulpClient.findRepository(PUSHED.labelled);
    await label(trial, labelled?.pulp_href);
    for (const path of Object.values(PUSHED)) await push(trial.pulp, path, '2', other);

    await cleanUp(trial);

    expect(numbersOf(trial, PUSHED.labelled)).to.deep.equal([0, 1, 2]);
    expect(numbersOf(trial, PUSHED.plain)).to.deep.equal([0, 2]);
    expect(await trial.tasks('::RemoveOrphans')).to.have.nested.property('0.result', 'success');
  });
});

async function pushBoth(trial: Trial): Promise<void> {
  for (const path of Object.values(PUSHED)) await push(trial.pulp, path, '1', image);
  await label(trial, (await trial.pulpClient.findDistribution(PUSHED.labelled))?.pulp_href);
}

async function label(trial: Trial, href: string | undefined): Promise<void> {
  const body = { key: 'katello_orphan_cleanup', value: 'false' };
  const { status } = await trial.pulpClient.post(`${href}set_label/`, body);
  expect(status).to.equal(201);
}

/** Katello waits for Pulp's deletions or not; here they have ended in any case. */
async function cleanUp(trial: Trial): Promise<void> {
  await trial.control('POST /orphan-cleanup');
  await trial.settled();
  trial.pulp.finishTasks();
}

async function repositoryOf(trial: Trial, id: number) {
  const { repositories } = await trial.world();
  const found = repositories.find((row) => row.id === id);
  if (found === undefined) throw new Error(`Katello has no repository ${id}`);
  return found;
}

function pathsOf({ pulp }: Trial): string[] {
  return [...pulp.state.distributions.values()].map(({ basePath }) => basePath).toSorted();
}

function numbersOf({ pulp }: Trial, name: string): number[] {
  const found = [...pulp.state.repositories.values()].find((row) => row.name === name);
  return found?.versions.map(({ number }) => number) ?? [];
}
