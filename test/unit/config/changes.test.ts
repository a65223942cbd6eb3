import { expect } from 'chai';
import { compareEnvironments } from '../../../lib/config/changes.ts';

describe('compareEnvironments', () => {
  const before = { KPR_POLICY: 'full', KPR_KATELLO_PASSWORD_FILE: '/etc/kpr/katello.password' };
  const none = { takenOver: [], needRestart: [] };

  it('finds nothing between equal ones', () => {
    expect(compareEnvironments(before, { ...before })).to.deep.equal(none);
  });

  it('takes over a log level', () => {
    expect(compareEnvironments(before, { ...before, KPR_LOG_LEVEL: 'debug' })).to.deep.equal({
      takenOver: ['KPR_LOG_LEVEL'],
      needRestart: [],
    });
  });

  it('names what waits for a restart: set, changed, or taken away', () => {
    const after = { KPR_POLICY: 'create-only', KPR_CONCURRENCY: '8' };

    expect(compareEnvironments(before, after)).to.deep.equal({
      takenOver: [],
      needRestart: ['KPR_POLICY', 'KPR_CONCURRENCY', 'KPR_KATELLO_PASSWORD_FILE'],
    });
  });

  it('takes a default that is written out for no change, and an empty variable for none', () => {
    const after = { ...before, KPR_LOG_LEVEL: 'info', KPR_CONCURRENCY: '4', KPR_CA_FILE: '' };

    expect(compareEnvironments(before, after)).to.deep.equal(none);
  });

  it('names a secret, never its value', () => {
    const changes = compareEnvironments({ KPR_HOOK_TOKEN: 'one' }, { KPR_HOOK_TOKEN: 'another' });

    expect(changes).to.deep.equal({ takenOver: [], needRestart: ['KPR_HOOK_TOKEN'] });
  });

  it('looks at nothing but what concerns a daemon', () => {
    const after = { ...before, PATH: '/usr/bin', KPR_URL: 'https://push.example.com', KPR_PASSWORD: 'x' };

    expect(compareEnvironments(before, after)).to.deep.equal(none);
  });
});
