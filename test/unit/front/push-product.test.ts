import { expect } from 'chai';
import { parsePushPath } from '../../../lib/domain/path.ts';
import { refuse } from '../../../lib/domain/reason.ts';
import { BusyError } from '../../../lib/errors.ts';
import { createPushProductMaker } from '../../../lib/front/push-product.ts';

const ACME = { id: 1, name: 'ACME', label: 'acme' };
const BETA = { id: 2, name: 'Beta', label: 'beta' };
const PATH = parsePushPath('acme/api');

describe('createPushProductMaker', () => {
  const signal = new AbortController().signal;
  let made: number[];
  let waits: number;

  beforeEach(() => {
    made = [];
    waits = 0;
  });

  const maker = (outcomes: (Error | null)[] = []) =>
    createPushProductMaker({
      createPushProduct: async ({ id }) => {
        const outcome = outcomes[made.length] ?? null;
        made.push(id);
        await new Promise(setImmediate);
        if (outcome) throw outcome;
      },
      delay: async () => void waits++,
    });

  it('makes it once for all who want it at the same time, in each organization', async () => {
    const make = maker();

    await Promise.all([ACME, ACME, BETA, ACME].map((organization) => make(organization, PATH, signal)));

    expect(made).to.deep.equal([1, 2]);
  });

  it('waits while another process makes it', async () => {
    const busy = new BusyError('katello', 'another run makes it', [], false);

    await maker([busy, busy])(ACME, PATH, signal);

    expect([made.length, waits]).to.deep.equal([3, 2]);
  });

  it('passes a refusal on and tries anew the next time', async () => {
    const make = maker([refuse('push-product-missing', { org: 'acme', pushProduct: 'Pushes' })]);

    const outcome = await make(ACME, PATH, signal).catch((error: unknown) => String(error));
    await make(ACME, PATH, signal);

    expect(outcome).to.include('acme has no Pushes');
    expect(made).to.deep.equal([1, 1]);
  });
});
