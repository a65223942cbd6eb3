import { expect } from 'chai';
import { isAbort } from '../../../lib/errors.ts';
import { createDirectory } from '../../../lib/katello/directory.ts';
import type { Organization, Product, RepositoryRow } from '../../../lib/katello/schema.ts';

const ACME: Organization = { id: 1, name: 'ACME', label: 'acme' };
const WEB: Product = { id: 7, name: 'Web', label: 'web' };

const REPOSITORY: RepositoryRow = {
  ...WEB,
  url: null,
  version_href: null,
  container_repository_name: null,
  relative_path: null,
};

/** A Katello whose organizations come when the test lets them. */
function slowKatello() {
  const loads: { signal: AbortSignal; answer: (rows: Organization[]) => void; fail: (error: Error) => void }[] = [];
  return {
    loads,
    listOrganizations: (signal: AbortSignal = new AbortController().signal) =>
      new Promise<Organization[]>((answer, fail) => {
        signal.addEventListener('abort', () => fail(new DOMException('aborted', 'AbortError')));
        loads.push({ signal, answer, fail });
      }),
    listProducts: async (organizationId: number) => [{ ...WEB, id: organizationId }],
    listRepositories: async (organizationId: number, productId: number) => [
      { ...REPOSITORY, id: 100 * organizationId + productId },
    ],
    readVersion: async () => '5.0.1',
  };
}

describe('createDirectory', () => {
  let nowMs: number;
  let katello: ReturnType<typeof slowKatello>;

  beforeEach(() => {
    nowMs = 0;
    katello = slowKatello();
  });
  const open = () => createDirectory(katello, { ttlMs: 1000, now: () => nowMs });
  const outcome = (call: Promise<unknown>) => call.catch((error: unknown) => error);

  it('asks once for what several want at the same time', async () => {
    const directory = open();

    const both = Promise.all([directory.listOrganizations(), directory.listOrganizations()]);
    katello.loads[0]?.answer([ACME]);

    expect(await both).to.deep.equal([[ACME], [ACME]]);
    expect(katello.loads).to.have.lengthOf(1);
  });

  it('remembers for the given time, from when the answer came', async () => {
    const directory = open();
    const first = directory.listOrganizations();
    nowMs = 500;
    katello.loads[0]?.answer([ACME]);
    await first;

    nowMs = 1499;
    await directory.listOrganizations();
    nowMs = 1500;
    const second = directory.listOrganizations();
    katello.loads[1]?.answer([]);

    expect(await second).to.deep.equal([]);
    expect(katello.loads).to.have.lengthOf(2);
  });

  it('asks again at once after it was told to forget', async () => {
    const directory = open();
    const old = directory.listOrganizations();
    directory.forget();
    const young = directory.listOrganizations();

    katello.loads[1]?.answer([ACME]);
    katello.loads[0]?.answer([]);

    expect([await old, await young]).to.deep.equal([[], [ACME]]);
    expect(await directory.listOrganizations()).to.deep.equal([ACME]);
  });

  it('does not remember a failure', async () => {
    const directory = open();
    const both = [outcome(directory.listOrganizations()), outcome(directory.listOrganizations())];
    katello.loads[0]?.fail(new Error('away'));
    const failures = await Promise.all(both);

    const again = directory.listOrganizations();
    katello.loads[1]?.answer([ACME]);

    expect(failures.map(String)).to.deep.equal(['Error: away', 'Error: away']);
    expect(await again).to.deep.equal([ACME]);
  });

  it('keeps the products of organizations apart', async () => {
    const directory = open();

    expect(await directory.listProducts(1)).to.deep.equal([{ ...WEB, id: 1 }]);
    expect(await directory.listProducts(2)).to.deep.equal([{ ...WEB, id: 2 }]);
  });

  it('keeps the repositories of products apart', async () => {
    const directory = open();

    const ids = await Promise.all(
      [directory.listRepositories(1, 7), directory.listRepositories(1, 8), directory.listRepositories(2, 7)].map(
        async (rows) => (await rows)[0]?.id,
      ),
    );

    expect(ids).to.deep.equal([107, 108, 207]);
  });

  describe('when a caller goes away', () => {
    it('goes on for the others', async () => {
      const directory = open();
      const controller = new AbortController();
      const gone = outcome(directory.listOrganizations(controller.signal));
      const stays = directory.listOrganizations();

      controller.abort();
      const failure = await gone;
      katello.loads[0]?.answer([ACME]);

      expect(isAbort(failure)).to.equal(true);
      expect(await stays).to.deep.equal([ACME]);
    });

    it('stops asking when it was the last', async () => {
      const directory = open();
      const controller = new AbortController();
      const gone = outcome(directory.listOrganizations(controller.signal));

      controller.abort();
      await gone;
      const next = directory.listOrganizations();
      katello.loads[1]?.answer([ACME]);

      expect(katello.loads[0]?.signal.aborted).to.equal(true);
      expect(await next).to.deep.equal([ACME]);
    });

    it('asks nothing for one that has gone already', async () => {
      const failure = await outcome(open().listOrganizations(AbortSignal.abort()));

      expect(isAbort(failure)).to.equal(true);
      expect(katello.loads).to.deep.equal([]);
    });
  });
});
