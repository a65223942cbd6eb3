import { expect } from 'chai';
import { readAllRepositories } from '../../../lib/detect/resync.ts';
import type { Distribution } from '../../../lib/pulp/schema.ts';
import { uuidOf } from '../../support/tasks.ts';

const PROTECTED = { katello_orphan_cleanup: 'false' };

/** One push repository in a version, and the labels of its distribution; null for none. */
interface Row {
  readonly path: string;
  readonly version: number;
  readonly labels: Distribution['pulp_labels'] | null;
}

const claimed = (uuid: string, version: number) => ({
  ...PROTECTED,
  kpr_repository: '42',
  kpr_claim: `1 ${uuid} 42 ${version} 7`,
});

async function queuedOf(rows: readonly Row[], held: readonly string[] = []): Promise<string[]> {
  const hrefOf = (index: number) => `/pulp/api/v3/repositories/container/container/${uuidOf(index)}/`;
  const { changes } = await readAllRepositories(
    {
      pulp: {
        async *listRepositories() {
          for (const [index, { path, version }] of rows.entries()) {
            const latest_version_href = `${hrefOf(index)}versions/${version}/`;
            yield { pulp_href: hrefOf(index), name: `kpr.push/${path}`, latest_version_href };
          }
        },
        async *listDistributions() {
          for (const [index, { path, labels }] of rows.entries()) {
            const name = `kpr.push/${path}`;
            const common = {
              pulp_href: '',
              name,
              base_path: name,
              repository: hrefOf(index),
              repository_version: null,
            };
            if (labels) yield { ...common, pulp_labels: labels };
          }
        },
      },
      prefix: 'kpr.push',
      listHeldPaths: async () => new Set(held),
      keepLease: async () => {},
    },
    new AbortController().signal,
  );
  return changes.map(({ path }) => path);
}

describe('resync', () => {
  it('leaves alone what is at its claimed version', async () => {
    expect(await queuedOf([{ path: 'acme/api', version: 3, labels: claimed(uuidOf(0), 3) }])).to.deep.equal([]);
  });

  it('queues what moved since its claim', async () => {
    expect(await queuedOf([{ path: 'acme/api', version: 4, labels: claimed(uuidOf(0), 3) }])).to.deep.equal([
      'acme/api',
    ]);
  });

  it('queues what was never claimed, also without a distribution', async () => {
    const rows = [
      { path: 'acme/one', version: 1, labels: {} },
      { path: 'acme/two', version: 1, labels: null },
    ];

    expect(await queuedOf(rows)).to.deep.equal(['acme/one', 'acme/two']);
  });

  it('takes the claim of another repository for none', async () => {
    const labels = claimed(uuidOf(99), 1);

    expect(await queuedOf([{ path: 'acme/api', version: 1, labels }])).to.deep.equal(['acme/api']);
  });

  it('queues what lost its protection from the orphan cleanup', async () => {
    const labels = { ...claimed(uuidOf(0), 3), katello_orphan_cleanup: 'true' };

    expect(await queuedOf([{ path: 'acme/api', version: 3, labels }])).to.deep.equal(['acme/api']);
  });

  it('queues what holds something back', async () => {
    const rows = [{ path: 'acme/api', version: 3, labels: claimed(uuidOf(0), 3) }];

    expect(await queuedOf(rows, ['acme/api'])).to.deep.equal(['acme/api']);
  });

  it('passes over the first half of a push: a repository without any version', async () => {
    expect(await queuedOf([{ path: 'acme/api', version: 0, labels: {} }])).to.deep.equal([]);
  });
});
