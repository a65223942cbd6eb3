import { expect } from 'chai';
import { createMetrics, type Readings } from '../../../lib/metrics.ts';

const quiet: Readings = {
  readQueues: async () => [{ queue: 'reconcile', states: { waiting: 3, failed: 0 }, oldestSeconds: 7 }],
  readLag: async () => 4.5,
  countFailedPaths: async () => 2,
  countOrphans: async () => ({ due: 2, closing: 0 }),
  countBehind: async () => ({ 'proxy.example.com': 3 }),
  countAlarms: async () => ({ 'task-paused': 2 }),
  isRedisUp: () => true,
};

describe('createMetrics', () => {
  it('shows what is read at the scrape', async () => {
    const { body, contentType } = await createMetrics('1.2.3', quiet).render();

    expect(contentType).to.contain('text/plain');
    expect(body).to.contain('kpr_build_info{version="1.2.3"} 1');
    expect(body).to.contain('kpr_lag_seconds 4.5');
    expect(body).to.contain('kpr_failed_paths 2');
    expect(body).to.contain('kpr_queue_jobs{queue="reconcile",state="waiting"} 3');
    expect(body).to.contain('kpr_queue_oldest_seconds{queue="reconcile"} 7');
    expect(body).to.contain('kpr_redis_up 1');
    expect(body).to.contain('kpr_proxy_behind{proxy="proxy.example.com"} 3');
    expect(body).to.contain('kpr_alarms{alarm="task-paused"} 2');
    expect(body).to.contain('kpr_alarms{alarm="publish-overdue"} 0');
  });

  it('counts in seconds and by class of status', async () => {
    const metrics = createMetrics('1', quiet);

    metrics.stageTook('publish', 1500);
    metrics.published(12_000);
    metrics.pollTook('tasks', 20);
    metrics.upstreamAnswered('pulp', 503);
    metrics.upstreamAnswered('katello', null);
    metrics.reconciled('done');
    metrics.leaseLost();
    metrics.proxySynced('served');
    metrics.hinted('token');
    metrics.tokenAnswered('refused');

    const { body } = await metrics.render();
    expect(body).to.contain('kpr_stage_seconds_sum{stage="publish"} 1.5');
    expect(body).to.contain('kpr_push_to_katello_seconds_sum 12');
    expect(body).to.contain('kpr_poll_duration_seconds_sum{feed="tasks"} 0.02');
    expect(body).to.contain('kpr_upstream_requests_total{system="pulp",status="5xx"} 1');
    expect(body).to.contain('kpr_upstream_requests_total{system="katello",status="none"} 1');
    expect(body).to.contain('kpr_reconcile_total{outcome="done"} 1');
    expect(body).to.contain('kpr_lease_lost_total 1');
    expect(body).to.contain('kpr_proxy_sync_total{outcome="served"} 1');
    expect(body).to.contain('kpr_hints_total{source="token"} 1');
    expect(body).to.contain('kpr_tokens_total{outcome="refused"} 1');
  });

  it('still answers while Redis is away', async () => {
    const away: Readings = {
      ...quiet,
      isRedisUp: () => false,
      readLag: async () => {
        throw new Error('away');
      },
    };

    const { body } = await createMetrics('1', away).render();

    expect(body).to.contain('kpr_redis_up 0');
  });

  it('keeps instances apart', async () => {
    const first = createMetrics('1', quiet);
    first.leaseLost();

    const { body } = await createMetrics('1', quiet).render();

    expect(body).to.contain('kpr_lease_lost_total 0');
  });

  it('names everything kpr_', async () => {
    const { body } = await createMetrics('1', quiet).render();

    const names = body.match(/^# TYPE (\S+)/gm) ?? [];
    expect(names.filter((line) => !line.startsWith('# TYPE kpr_'))).to.deep.equal([]);
  });
});
