import { expect } from 'chai';
import { createMemory } from '../../../lib/detect/memory.ts';
import { readRepositoryFeed } from '../../../lib/detect/repository-feed.ts';
import type { Repository } from '../../../lib/pulp/schema.ts';
import { noonPlus, uuidOf } from '../../support/tasks.ts';

const signal = new AbortController().signal;

const row = (number: number, seconds: number | null, version = 1): Repository => {
  const pulp_href = `/pulp/api/v3/repositories/container/container-push/${uuidOf(number)}/`;
  return {
    pulp_href,
    name: `kpr.push/acme/app${number}`,
    latest_version_href: `${pulp_href}versions/${version}/`,
    ...(seconds !== null && { pulp_last_updated: noonPlus(seconds) }),
  };
};

/** Feeds the rows, and tells how many of them were read. */
function feedOf(rows: readonly Repository[]) {
  const memory = createMemory(100);
  let reads = 0;
  const pulp = {
    async *listRecentRepositories() {
      for (const repository of rows) {
        reads += 1;
        yield repository;
      }
    },
  };
  const read = (watermark: string | null) =>
    readRepositoryFeed({ pulp, prefix: 'kpr.push', memory }, watermark, signal);
  return { memory, read, reads: () => reads };
}

describe('repository feed', () => {
  it('reads down to the watermark and a minute further', async () => {
    const feed = feedOf([row(1, 300), row(2, 250), row(3, 190), row(4, 189), row(5, 100)]);

    const { changes, watermark } = await feed.read(noonPlus(250));

    expect(changes.map(({ path }) => path)).to.deep.equal(['acme/app1', 'acme/app2', 'acme/app3']);
    expect(watermark).to.equal(noonPlus(300));
    expect(feed.reads()).to.equal(4);
  });

  it('tells what has a new version, not what only has a new time', async () => {
    const feed = feedOf([row(1, 300, 2), row(2, 299, 2)]);
    feed.memory.remember(uuidOf(1), { path: 'acme/app1', version: 2 });
    feed.memory.remember(uuidOf(2), { path: 'acme/app2', version: 1 });

    const { changes } = await feed.read(noonPlus(250));

    expect(changes.map(({ path }) => path)).to.deep.equal(['acme/app2']);
  });

  it('passes over what is empty, and what is not under the prefix', async () => {
    const feed = feedOf([row(1, 300, 0), { ...row(2, 299), name: 'acme/app2' }]);

    expect((await feed.read(noonPlus(250))).changes).to.deep.equal([]);
  });

  it('reads all rows where Pulp shows no times', async () => {
    const feed = feedOf([row(1, null), row(2, null)]);

    const { changes, watermark } = await feed.read(null);

    expect(changes).to.have.lengthOf(2);
    expect(watermark).to.equal(null);
  });

  it('keeps its watermark where there is nothing to read', async () => {
    expect((await feedOf([]).read(noonPlus(250))).watermark).to.equal(noonPlus(250));
  });
});
