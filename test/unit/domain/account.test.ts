import { expect } from 'chai';
import { type Account, toCaller } from '../../../lib/domain/account.ts';

const ORGANIZATIONS = [
  { id: 1, label: 'acme', name: 'ACME' },
  { id: 2, label: 'globex', name: 'Globex' },
];
const account = (permissions: readonly string[], over: Partial<Account> = {}): Account => ({
  login: 'alice',
  isAdmin: false,
  organizationIds: [1],
  permissions: new Set(permissions),
  ...over,
});

describe('toCaller', () => {
  it('lets nobody look without view_products', () => {
    expect(toCaller(account(['edit_products', 'destroy_products', 'sync_products']), ORGANIZATIONS)).to.equal(null);
  });

  it('makes a viewer of whoever has view_products, in their organizations', () => {
    expect(toCaller(account(['view_products', 'sync_products']), ORGANIZATIONS)).to.deep.equal({
      login: 'alice',
      role: 'viewer',
      organizations: [{ id: 1, label: 'acme' }],
    });
  });

  it('makes an operator of whoever may edit and destroy products too', () => {
    const half = toCaller(account(['view_products', 'edit_products']), ORGANIZATIONS);
    const whole = toCaller(account(['view_products', 'edit_products', 'destroy_products']), ORGANIZATIONS);

    expect([half?.role, whole?.role]).to.deep.equal(['viewer', 'operator']);
  });

  it('gives an administrator all organizations, whatever is listed', () => {
    const caller = toCaller(account([], { isAdmin: true, organizationIds: [] }), []);

    expect(caller).to.deep.equal({ login: 'alice', role: 'operator', organizations: 'all' });
  });

  it('gives a member of nothing nothing', () => {
    const caller = toCaller(account(['view_products'], { organizationIds: [] }), ORGANIZATIONS);

    expect(caller?.organizations).to.deep.equal([]);
  });
});
