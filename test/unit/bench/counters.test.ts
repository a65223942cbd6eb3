import { expect } from 'chai';
import { between, parseCounters } from '../../../scripts/bench/counters.ts';

const METRICS = `# HELP kpr_upstream_requests_total Answers of Pulp and Katello
kpr_upstream_requests_total{system="pulp",status="2xx"} 40
kpr_upstream_requests_total{system="pulp",status="4xx"} 2
kpr_upstream_requests_total{system="katello",status="2xx"} 7
kpr_poll_duration_seconds_count{feed="tasks"} 30
kpr_poll_duration_seconds_sum{feed="tasks"} 1.5
kpr_poll_duration_seconds_count{feed="repositories"} 1
kpr_reconcile_total{outcome="unchanged"} 3
`;

describe('parseCounters', () => {
  it('adds up requests of every status, and keeps the systems apart', () => {
    expect(parseCounters(METRICS)).to.deep.equal({ pulp: 42, katello: 7, looks: 30, lookSeconds: 1.5, unchanged: 3 });
  });

  it('reads what was never counted as none', () => {
    expect(parseCounters('')).to.deep.equal({ pulp: 0, katello: 0, looks: 0, lookSeconds: 0, unchanged: 0 });
  });
});

describe('between', () => {
  it('is what came on top', () => {
    const before = { pulp: 1, katello: 2, looks: 3, lookSeconds: 0.5, unchanged: 4 };

    expect(between(before, { pulp: 11, katello: 22, looks: 33, lookSeconds: 2, unchanged: 44 })).to.deep.equal({
      pulp: 10,
      katello: 20,
      looks: 30,
      lookSeconds: 1.5,
      unchanged: 40,
    });
  });
});
