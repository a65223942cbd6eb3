import { expect } from 'chai';
import { readPath } from '../../../lib/reconcile/explain.ts';
import { createImage } from '../../support/image/image.ts';
import { type Lab, startLab } from '../../support/lab.ts';

const PATH = 'acme/web/api';

describe('readPath', () => {
  const { signal } = new AbortController();
  let lab: Lab;

  beforeEach(async () => {
    lab = await startLab({ world: 'a' });
  });
  afterEach(() => lab.close());

  const read = (path = PATH) => readPath(lab.deps, path, signal);

  it('tells where a path would go before anything is pushed', async () => {
    expect(await read('acme/web/new')).to.deep.include({ version: null, ownedId: null, claim: null });
    expect((await read('acme/web/new')).mapping).to.deep.include({ repository: null });
    expect((await read('acme/new')).mapping).to.deep.include({ product: null, repository: null });
  });

  it('tells what was made and verified', async () => {
    await lab.push(PATH, '1', createImage({ seed: 'one' }));
    await lab.settle(PATH);

    const { mapping, version, ownedId, claim } = await read();

    expect(mapping).to.have.nested.property('repository.containerName', 'acme/web/api');
    expect({ version, claimed: claim?.pushVersion, ownedId }).to.deep.equal({
      version: 1,
      claimed: 1,
      ownedId: claim?.repositoryId,
    });
  });

  const refused: [string, string][] = [
    ['nobody/api', 'unknown-organization'],
    ['acme/none/api', 'unknown-product'],
    ['id/1/web/api', 'other-owner'],
  ];
  for (const [path, reason] of refused) {
    it(`tells that ${path} is refused: ${reason}`, async () => {
      await lab.push(PATH, '1', createImage({ seed: 'one' }));
      await lab.settle(PATH);
      const spelt = path.replace('id/1/web', await byIds());

      expect((await read(spelt)).mapping).to.include({ reason, isOutage: false });
    });
  }

  it('tells that the Katello repository is gone', async () => {
    await lab.push(PATH, '1', createImage({ seed: 'one' }));
    await lab.settle(PATH);
    const deps = { ...lab.deps, katello: { ...lab.katello, findRepository: async () => null } };

    expect((await readPath(deps, PATH, signal)).mapping).to.include({ reason: 'orphaned' });
  });

  async function byIds(): Promise<string> {
    const [row] = await lab.katello.listAllRepositories();
    const repository = row && (await lab.katello.findRepository(row.id));
    const [organization] = await lab.katello.listOrganizations();
    return `id/${organization?.id}/${repository?.product.id}`;
  }
});
