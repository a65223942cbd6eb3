import { expect } from 'chai';
import { probeFeatures } from '../../../lib/detect/features.ts';
import { HttpStatusError } from '../../../lib/errors.ts';
import { noonPlus, pushTask } from '../../support/tasks.ts';

const signal = new AbortController().signal;

function pulpOf(core: string, container: string, taskFilterStatus = 200) {
  return {
    readStatus: async () => ({
      versions: [
        { component: 'core', version: core },
        { component: 'container', version: container },
      ],
      online_workers: [],
    }),
    findNewestTask: async () => pushTask(5),
    async *listTasks() {
      if (taskFilterStatus !== 200) throw refusal(taskFilterStatus);
      yield pushTask(5);
    },
  };
}

function refusal(status: number): HttpStatusError {
  return new HttpStatusError({
    system: 'pulp',
    method: 'GET',
    url: '/pulp/api/v3/tasks/',
    status,
    detail: '',
    retryAfterSeconds: null,
  });
}

describe('probeFeatures', () => {
  it('reads tasks where they are kept and can be asked for by time', async () => {
    const features = await probeFeatures(pulpOf('3.105.16', '2.27.11'), null, signal);

    expect(features).to.deep.equal({
      feed: 'tasks',
      overlapMs: 5000,
      newestTask: noonPlus(5),
      versions: { core: '3.105.16', container: '2.27.11' },
    });
  });

  it('takes a long overlap before pulpcore 3.84, where times are not in order', async () => {
    const { overlapMs } = await probeFeatures(pulpOf('3.83.9', '2.26.0'), null, signal);

    expect(overlapMs).to.equal(60_000);
  });

  it('takes the overlap that a person set', async () => {
    const { overlapMs } = await probeFeatures(pulpOf('3.83.9', '2.26.0'), 9000, signal);

    expect(overlapMs).to.equal(9000);
  });

  it('reads repositories where Pulp refuses the filter', async () => {
    const { feed } = await probeFeatures(pulpOf('3.63.1', '2.22.0', 400), null, signal);

    expect(feed).to.equal('repositories');
  });

  it('reads repositories up to pulp_container 2.20, which deletes push tasks', async () => {
    const { feed } = await probeFeatures(pulpOf('3.105.16', '2.20.5'), null, signal);

    expect(feed).to.equal('repositories');
  });

  it('knows versions that are not released', async () => {
    const { feed } = await probeFeatures(pulpOf('3.130.0.dev', '3.0.0.dev'), null, signal);

    expect(feed).to.equal('tasks');
  });

  it('begins before all times where there is no task', async () => {
    const pulp = { ...pulpOf('3.105.16', '2.27.11'), findNewestTask: async () => null };

    const { newestTask } = await probeFeatures(pulp, null, signal);

    expect(newestTask).to.equal('1970-01-01T00:00:00.000000Z');
  });

  it('does not take another failure for a missing filter', async () => {
    const error: unknown = await probeFeatures(pulpOf('3.105.16', '2.27.11', 503), null, signal).catch(
      (reason: unknown) => reason,
    );

    expect(error).to.be.instanceOf(HttpStatusError);
  });
});
