import { expect } from 'chai';
import { HttpStatusError, TaskFailedError, TransportError } from '../../../lib/errors.ts';
import { createOutages } from '../../../lib/reconcile/outages.ts';

function answered(status: number): HttpStatusError {
  return new HttpStatusError({
    system: 'katello',
    method: 'GET',
    url: '/',
    status,
    detail: '',
    retryAfterSeconds: null,
  });
}

describe('outages', () => {
  it('are seen where no answer came', () => {
    const outages = createOutages(() => 5_000);

    expect(outages.note(new TransportError('pulp', 'refused'))).to.deep.equal({
      system: 'pulp',
      since: 5_000,
      waitMs: 2_000,
    });
  });

  for (const status of [429, 502, 503, 504]) {
    it(`are seen where the web server answers ${status}`, () => {
      expect(createOutages(() => 0).note(answered(status))?.system).to.equal('katello');
    });
  }

  const others = [
    answered(500),
    answered(400),
    new TaskFailedError('pulp', '/task/', 'no'),
    new TransportError('redis', 'redis is away'),
    new Error('bug'),
  ];
  for (const error of others) {
    it(`are none of: ${error.message}`, () => {
      expect(createOutages(() => 0).note(error)).to.equal(null);
    });
  }

  it('keep their beginning, and are asked about less often the longer they last, up to a minute', () => {
    let now = 0;
    const outages = createOutages(() => now);
    const waits = [0, 10_000, 60_000, 600_000].map((time) => {
      now = time;
      return outages.note(new TransportError('pulp', 'refused'));
    });

    expect(waits.map((outage) => outage?.since)).to.deep.equal([0, 0, 0, 0]);
    expect(waits.map((outage) => outage?.waitMs)).to.deep.equal([2_000, 5_000, 30_000, 60_000]);
  });

  it('are over once a run went through', () => {
    let now = 0;
    const outages = createOutages(() => now);
    outages.note(new TransportError('pulp', 'refused'));
    now = 9_000;

    outages.clear();

    expect(outages.note(new TransportError('pulp', 'refused'))?.since).to.equal(9_000);
  });
});
