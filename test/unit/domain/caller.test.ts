import { expect } from 'chai';
import { type Caller, LOCAL_OPERATOR, mayChange, mayChangeAll, maySee } from '../../../lib/domain/caller.ts';

describe('a caller', () => {
  const organizations = [{ id: 3, label: 'Acme' }];
  const viewer: Caller = { login: 'vera', role: 'viewer', organizations };
  const operator: Caller = { login: 'olga', role: 'operator', organizations };
  const everywhere: Caller = { login: 'ada', role: 'viewer', organizations: 'all' };

  it('sees paths of their organizations, however these are named', () => {
    for (const path of ['acme/api', 'acme/web/api', 'id/3/api', 'id/3/7/api']) {
      expect(maySee(viewer, path), path).to.equal(true);
    }
  });

  it('sees no path of others', () => {
    for (const path of ['globex/api', 'id/4/api', 'acme2/api']) expect(maySee(operator, path), path).to.equal(false);
    expect(maySee(everywhere, 'globex/api')).to.equal(true);
  });

  it('changes something as an operator only, and only what they see', () => {
    expect(mayChange(viewer, 'acme/api')).to.equal(false);
    expect(mayChange(operator, 'acme/api')).to.equal(true);
    expect(mayChange(operator, 'globex/api')).to.equal(false);
    expect(mayChange(everywhere, 'acme/api')).to.equal(false);
  });

  it('changes what concerns all organizations only if all are theirs', () => {
    expect([viewer, operator, everywhere, LOCAL_OPERATOR].map(mayChangeAll)).to.deep.equal([false, false, false, true]);
  });
});
