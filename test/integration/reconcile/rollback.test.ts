import { expect } from 'chai';
import type { Origin } from '../../../lib/domain/receipt.ts';
import { RefusedError } from '../../../lib/errors.ts';
import { type RollbackDeps, type RollbackOrder, rollBack } from '../../../lib/reconcile/rollback.ts';
import { createImage } from '../../support/image/image.ts';
import { type Lab, startLab } from '../../support/lab.ts';

const PATH = 'acme/web/api';
const older = createImage({ seed: 'older' });
const newer = createImage({ seed: 'newer' });

describe('rollBack', () => {
  const { signal } = new AbortController();
  const notes = new Map<string, { user: string | null; note: string | null }>();
  let lab: Lab;
  let queued: string[];
  let order: RollbackOrder;

  beforeEach(async () => {
    notes.clear();
    queued = [];
    lab = await startLab({
      world: 'a',
      wrap: (deps) => ({
        ...deps,
        findOrigin: async ({ uuid, version }): Promise<Origin> => {
          const note = notes.get(`${uuid}@${version}`);
          return note ? { kind: 'rollback', ...note } : { kind: 'push', user: null, note: null };
        },
      }),
    });
    await lab.push(PATH, '1', older);
    await lab.push(PATH, '1', newer);
    await lab.settle(PATH);
    order = { path: PATH, tag: '1', digest: older.manifest.digest, user: 'alice', reason: 'it is slow', dryRun: false };
  });

  afterEach(() => lab.close());

  const run = (over: Partial<RollbackOrder> = {}, wrap: Partial<RollbackDeps> = {}) =>
    rollBack(
      {
        ...lab.deps,
        noteRollback: async (uuid, version, note) => void notes.set(`${uuid}@${version}`, note),
        forgetRollback: async (uuid, version) => void notes.delete(`${uuid}@${version}`),
        queueRun: async (path) => void queued.push(path),
        ...wrap,
      },
      { ...order, ...over },
      signal,
    );
  const pushedVersion = async () => {
    const [repository] = [...lab.fakePulp.state.repositories.values()].filter(
      ({ name }) => name === `kpr.push/${PATH}`,
    );
    return repository?.versions.length;
  };

  it('is a push of the older image, which Katello shows after the next run', async () => {
    const done = await run();

    await lab.settle(PATH);
    const [from, to] = [newer.manifest.digest, older.manifest.digest];
    expect(done).to.deep.equal({ path: PATH, tag: '1', from, to, version: 3, dryRun: false });
    expect(queued).to.deep.equal([PATH]);
    expect(await lab.listed('acme/web/api')).to.deep.equal({ 1: to });
  });

  it('is told as such in the receipt, with who and why', async () => {
    await run();

    await lab.settle(PATH);
    const receipt = lab.receipts.get(PATH);
    expect(receipt).to.include({ kind: 'rollback', user: 'alice', note: 'it is slow', version: 3, state: 'done' });
  });

  it('is not undone by a later run', async () => {
    await run();
    await lab.settle(PATH);

    await lab.settle(PATH);

    expect(await lab.listed('acme/web/api')).to.deep.equal({ 1: older.manifest.digest });
  });

  it('is told of the version that it made, though a push came first', async () => {
    const pulp: RollbackDeps['pulp'] = {
      ...lab.pulp,
      tagImage: async (...call) => {
        await lab.push(PATH, '2', createImage({ seed: 'other' }));
        return lab.pulp.tagImage(...call);
      },
    };

    expect(await run({}, { pulp })).to.have.property('version', 4);
    expect([...notes.keys()].map((key) => key.split('@')[1])).to.deep.equal(['4']);
  });

  it('changes nothing in a dry run, and says the same', async () => {
    const told = await run({ dryRun: true });

    expect(told).to.deep.include({ from: newer.manifest.digest, to: older.manifest.digest, version: 2, dryRun: true });
    expect(queued).to.deep.equal([]);
    expect(await pushedVersion()).to.equal(3); // version 0 and two pushes
  });

  it('changes nothing where the tag names that image already', async () => {
    expect(await run({ digest: newer.manifest.digest })).to.include({ version: 2 });
    expect(queued).to.deep.equal([]);
  });

  it('makes a tag that is not there', async () => {
    expect(await run({ tag: 'stable' })).to.include({ from: null, version: 3 });
  });

  it('finds nothing where nothing is pushed, and no image that the push repository does not hold', async () => {
    expect(await run({ path: 'acme/web/none' })).to.equal(null);
    expect(await run({ digest: createImage({ seed: 'elsewhere' }).manifest.digest })).to.equal('no-such-image');
  });

  const refusal = async (work: Promise<unknown>) => {
    const error = await work.catch((failure: unknown) => failure);
    return error instanceof RefusedError ? error.reason : error;
  };

  it('is refused where the policy moves no tag', async () => {
    const settings = { ...lab.deps.settings, policy: 'create-only' } as const;

    expect(await refusal(run({}, { settings }))).to.equal('policy');
  });

  it('is refused while the push repository is about to be deleted', async () => {
    const [distribution] = [...lab.fakePulp.state.distributions.values()].filter(({ name }) => name.endsWith(PATH));
    if (distribution) distribution.labels['kpr_closing'] = 'x';

    expect(await refusal(run())).to.equal('closing');
  });

  it('is refused where the Katello repository is gone', async () => {
    const katello: RollbackDeps['katello'] = { ...lab.katello, findRepository: async () => null };

    expect(await refusal(run({}, { katello }))).to.equal('orphaned');
  });
});
