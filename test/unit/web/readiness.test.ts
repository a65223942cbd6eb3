import { expect } from 'chai';
import { type Facts, judgeReadiness, type UpstreamFacts } from '../../../lib/web/readiness.ts';

const since = new Date('2026-08-21T14:02:00Z');
const up: UpstreamFacts = { state: 'up', since, error: null };
const down: UpstreamFacts = { state: 'down', since, error: 'no answer' };

const well: Facts = {
  roles: ['detector', 'worker', 'front', 'dashboard'],
  redisProblem: null,
  canaryAgeMs: 1000,
  uptimeMs: 100_000,
  upstreams: { pulp: up, katello: up },
  keyProblem: null,
};

const failing = (facts: Partial<Facts>) =>
  judgeReadiness({ ...well, ...facts })
    .checks.filter(({ isOk }) => !isOk)
    .map(({ name }) => name);

describe('judgeReadiness', () => {
  it('is ready when everything that the roles need is there', () => {
    expect(judgeReadiness(well).isReady).to.equal(true);
    expect(judgeReadiness(well).checks.map(({ name }) => name)).to.deep.equal([
      'redis',
      'jobs',
      'pulp',
      'katello',
      'keys',
    ]);
  });

  it('asks of each role only what it needs', () => {
    const nothing = { canaryAgeMs: null, upstreams: { pulp: down, katello: down } };

    expect(failing({ ...nothing, roles: ['dashboard'] })).to.deep.equal([]);
    expect(failing({ ...nothing, roles: ['detector'] })).to.deep.equal(['pulp']);
    expect(failing({ ...nothing, roles: ['front'] })).to.deep.equal(['pulp', 'katello']);
    expect(failing({ ...nothing, roles: ['worker'] })).to.deep.equal(['jobs', 'pulp', 'katello']);
  });

  it('is not ready to sign tokens without a key, where it is to sign any', () => {
    const keyProblem = 'the token key must be a private key on P-256, as PEM';

    expect(failing({ keyProblem })).to.deep.equal(['keys']);
    expect(failing({ keyProblem, roles: ['worker'] })).to.deep.equal([]);
  });

  it('is not ready without Redis, whatever the role', () => {
    expect(failing({ roles: ['dashboard'], redisProblem: 'away' })).to.deep.equal(['redis']);
  });

  it('is not ready when no job came through for a minute', () => {
    expect(failing({ canaryAgeMs: 59_000 })).to.deep.equal([]);
    expect(failing({ canaryAgeMs: 60_000 })).to.deep.equal(['jobs']);
  });

  it('gives the first canary its time', () => {
    expect(failing({ canaryAgeMs: null, uptimeMs: 5000 })).to.deep.equal([]);
    expect(failing({ canaryAgeMs: null, uptimeMs: 60_000 })).to.deep.equal(['jobs']);
  });

  it('names reason, time and cause', () => {
    const { checks } = judgeReadiness({ ...well, upstreams: { pulp: up, katello: down } });

    expect(checks.find(({ name }) => name === 'katello')).to.deep.equal({
      name: 'katello',
      isOk: false,
      reason: 'katello-down',
      message: 'since 2026-08-21T14:02:00.000Z: no answer',
    });
  });

  it('tells a refused account from an absent system', () => {
    const refused: UpstreamFacts = { state: 'refused', since, error: '401' };

    expect(judgeReadiness({ ...well, upstreams: { pulp: refused, katello: up } }).checks[2]).to.include({
      reason: 'account-refused',
    });
  });

  it('does not call a system down before it was asked', () => {
    const unknown: UpstreamFacts = { state: 'unknown', since, error: null };

    expect(judgeReadiness({ ...well, upstreams: { pulp: unknown, katello: up } }).checks[2]).to.include({
      isOk: false,
      reason: null,
    });
  });
});
