import { expect } from 'chai';
import { checkDrift } from '../../../lib/reconcile/drift.ts';
import { createImage, createTwoArchitectures } from '../../support/image/image.ts';
import { type Lab, startLab } from '../../support/lab.ts';

describe('checkDrift', () => {
  const path = 'acme/web/api';
  const { signal } = new AbortController();
  let lab: Lab;

  beforeEach(async () => {
    lab = await startLab({ world: 'a' });
    await lab.push(path, '1', createImage({ seed: 'one' }));
    await lab.push(path, 'multi', createTwoArchitectures({ seed: 'multi' }));
    await lab.settle(path);
    lab.calls.pulp.length = 0;
    lab.calls.katello.length = 0;
  });
  afterEach(() => lab.close());

  const check = () => checkDrift(lab.deps, path, signal);

  it('finds none in what a run has settled', async () => {
    expect(await check()).to.deep.equal({ kind: 'none' });
  });

  it('tells what a run would do, and writes nothing', async () => {
    await lab.push(path, '2', createImage({ seed: 'two' }));

    expect(await check()).to.deep.equal({ kind: 'unpublished', actions: ['copy-tags', 'publish'] });

    expect([...lab.calls.pulp, ...lab.calls.katello].filter(({ method }) => method !== 'GET')).to.deep.equal([]);
  });

  it('names tags that Katello lists otherwise than it serves them', async () => {
    const listTags = async (id: number) => new Map([...(await lab.katello.listTags(id))].slice(0, 1));
    const deps = { ...lab.deps, katello: { ...lab.katello, listTags } };

    const drift = await checkDrift(deps, path, signal);

    expect(drift).to.have.property('kind', 'unlisted');
    expect(drift).to.have.property('tags').with.lengthOf(1);
  });

  it('knows nothing of a path that nobody pushed to', async () => {
    expect(await checkDrift(lab.deps, 'acme/web/other', signal)).to.equal(null);
  });
});
