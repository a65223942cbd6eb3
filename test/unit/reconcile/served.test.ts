import { expect } from 'chai';
import { RefusedError } from '../../../lib/errors.ts';
import type { Pulp } from '../../../lib/pulp/pulp.ts';
import type { Distribution } from '../../../lib/pulp/schema.ts';
import { giveBack, readServed } from '../../../lib/reconcile/served.ts';

const KATELLO = '/pulp/api/v3/repositories/container/container/01980000-0000-7000-8000-000000000001/';
const OTHER = '/pulp/api/v3/repositories/container/container/01980000-0000-7000-8000-000000000002/';
const PUSHED = '/pulp/api/v3/repositories/container/container-push/01980000-0000-7000-8000-000000000003/';
const HREF = '/pulp/api/v3/distributions/container/container/0198/';

/** Pulp with this distribution at `acme/web/api`, or with none. */
function pulpWith(
  refs: Pick<Distribution, 'repository' | 'repository_version'> | null,
): Pick<Pulp, 'findDistribution'> {
  return {
    findDistribution: async (basePath) =>
      refs && basePath === 'acme/web/api'
        ? { pulp_href: HREF, name: 'acme-web-api', base_path: basePath, pulp_labels: {}, ...refs }
        : null,
  };
}

const read = (refs: Parameters<typeof pulpWith>[0]) => readServed(pulpWith(refs), 'acme/web/api', KATELLO);

describe('readServed', () => {
  it('tells the version of Katello that is served', async () => {
    const served = await read({ repository: null, repository_version: `${KATELLO}versions/7/` });

    expect(served).to.deep.equal({ version: 7, takenHref: null });
  });

  it('tells that nothing is served where there is no distribution, or an empty one', async () => {
    expect(await read(null)).to.deep.equal({ version: null, takenHref: null });
    expect(await read({ repository: null, repository_version: null })).to.deep.equal({
      version: null,
      takenHref: null,
    });
  });

  it('tells that a version of another repository is none of Katello', async () => {
    const served = await read({ repository: null, repository_version: `${OTHER}versions/7/` });

    expect(served).to.deep.equal({ version: null, takenHref: null });
  });

  it('names the distribution of Katello that a push took over', async () => {
    const served = await read({ repository: PUSHED, repository_version: `${KATELLO}versions/7/` });

    expect(served).to.deep.equal({ version: null, takenHref: HREF });
  });

  for (const [title, version] of [
    ['has no version', null],
    ['has a version of another repository', `${OTHER}versions/7/`],
  ] as const) {
    it(`refuses a distribution of a push that ${title}`, async () => {
      const refusal: unknown = await read({ repository: PUSHED, repository_version: version }).catch((e: unknown) => e);

      expect(refusal).to.be.instanceOf(RefusedError).and.include({ reason: 'foreign-distribution' });
      expect(refusal).to.have.nested.property('details.path', 'acme/web/api');
    });
  }
});

describe('giveBack', () => {
  const giveBackWith = async (task: string | null): Promise<string[]> => {
    const calls: string[] = [];
    const pulp: Parameters<typeof giveBack>[0] = {
      async unbindRepository(href, { correlationId }) {
        calls.push(`unbind ${href} as ${correlationId}`);
        return task;
      },
      async waitForTask(href) {
        calls.push(`wait for ${href}`);
        throw new Error('the test goes no further');
      },
    };
    await giveBack(pulp, HREF, { correlationId: 'ours' }).catch(() => calls.push('failed'));
    return calls;
  };

  it('takes the repository off, and is over when the task is', async () => {
    expect(await giveBackWith('/tasks/1/')).to.deep.equal([`unbind ${HREF} as ours`, 'wait for /tasks/1/', 'failed']);
  });

  it('waits for nothing where nothing had to be changed', async () => {
    expect(await giveBackWith(null)).to.deep.equal([`unbind ${HREF} as ours`]);
  });
});
