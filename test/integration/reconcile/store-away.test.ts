import { expect } from 'chai';
import { TransportError } from '../../../lib/errors.ts';
import { createImage } from '../../support/image/image.ts';
import { type Lab, startLab } from '../../support/lab.ts';

describe('a reconcile while the store is away', () => {
  let lab: Lab;
  afterEach(() => lab.close());

  it('goes on without receipts, which are history only', async () => {
    const away = async () => {
      throw new TransportError('redis', 'redis did not carry out a command');
    };
    lab = await startLab({
      world: 'b',
      wrap: (deps) => ({ ...deps, saveReceipt: away, findReceipt: away, findSeenAt: away, findOrigin: away }),
    });
    const image = createImage({ seed: 'one' });
    await lab.push('acme/api', '1', image);

    const outcome = await lab.reconcile('acme/api');

    expect(outcome).to.deep.equal({ kind: 'done', result: 'published' });
    expect(await lab.listed('acme/container_push/api')).to.deep.equal({ 1: image.manifest.digest });
  });

  it('ends with what it is, not with a server that is said to be away', async () => {
    const failure = new TransportError('redis', 'redis did not carry out a command');
    lab = await startLab({
      world: 'b',
      wrap: (deps) => ({
        ...deps,
        acquireLease: async () => {
          throw failure;
        },
      }),
    });
    await lab.push('acme/api', '1', createImage({ seed: 'one' }));

    const outcome = await lab.reconcile('acme/api').catch((error: unknown) => error);

    expect(outcome).to.equal(failure);
  });
});
