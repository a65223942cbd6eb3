import { expect } from 'chai';
import { createOutage } from '../../../lib/detect/outage.ts';
import { InvariantError, TransportError } from '../../../lib/errors.ts';
import { createLogBook } from '../../support/log-book.ts';

describe('outage', () => {
  const silent = new TransportError('pulp', 'refused');

  it('is said once, with its beginning, and its end once', () => {
    const log = createLogBook();
    let now = 0;
    const outage = createOutage(log, () => now);

    outage.failed(silent);
    now = 5000;
    outage.failed(silent);
    outage.over();
    outage.over();

    expect(log.lines).to.deep.equal([
      {
        level: 'warn',
        message: 'looking for pushes fails',
        errorCode: 'E_TRANSPORT',
        disposition: 'retry',
        error: 'refused',
        since: '1970-01-01T00:00:00.000Z',
      },
      { level: 'info', message: 'looking for pushes works again', durationMs: 5000 },
    ]);
  });

  it('is said again when it becomes another one, aloud when a person is needed', () => {
    const log = createLogBook();
    const outage = createOutage(log, () => 0);

    for (const error of [silent, new InvariantError('a bug'), new Error('unknown'), silent]) outage.failed(error);

    expect(log.lines.map(({ level }) => level)).to.deep.equal(['warn', 'error', 'error', 'warn']);
  });

  it('pauses longer and longer, ten seconds at most, and begins anew after it was over', () => {
    const outage = createOutage(createLogBook(), () => 0);

    const pauses = Array.from({ length: 6 }, () => outage.failed(silent));
    outage.over();

    expect(pauses).to.deep.equal([1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(outage.failed(silent)).to.equal(1000);
  });
});
