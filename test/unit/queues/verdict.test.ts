import { expect } from 'chai';
import {
  AuthError,
  BusyError,
  HttpStatusError,
  InvariantError,
  LeaseLostError,
  RefusedError,
  TaskFailedError,
  TransportError,
} from '../../../lib/errors.ts';
import { judgeError, judgeOutcome } from '../../../queues/verdict.ts';

const failure = (status: number) =>
  ({ system: 'katello', method: 'GET', url: '/x', status, detail: '', retryAfterSeconds: null }) as const;

describe('judgeError', () => {
  const kinds: [string, unknown, string][] = [
    ['an abort', new DOMException('stopped', 'AbortError'), 'give-back'],
    ['no answer', new TransportError('pulp', 'refused'), 'retry'],
    ['a Redis that is away or full', new TransportError('redis', 'OOM'), 'postpone'],
    ['503', new HttpStatusError(failure(503)), 'retry'],
    ['422', new HttpStatusError(failure(422)), 'retry'],
    ['400', new HttpStatusError(failure(400)), 'fail'],
    ['a failed task', new TaskFailedError('pulp', '/t', 'no'), 'retry'],
    ['a lost lease', new LeaseLostError('lost'), 'retry'],
    ['somebody at work', new BusyError('katello', 'busy', ['t'], false), 'postpone'],
    ['a refused account', new AuthError(failure(401)), 'ask'],
    ['a rule', new RefusedError('bad-name', 'no'), 'fail'],
    ['our own bug', new InvariantError('no'), 'fail'],
    ['an unknown error', new TypeError('x is not a function'), 'fail'],
    ['no error at all', 'text', 'fail'],
  ];

  for (const [what, error, kind] of kinds) {
    it(`answers ${kind} to ${what}`, () => {
      expect(judgeError(error).kind).to.equal(kind);
    });
  }

  it('asks the system that refused', () => {
    expect(judgeError(new AuthError(failure(403)))).to.include({ system: 'katello', otherwise: 'retry' });
  });
});

describe('judgeOutcome', () => {
  it('postpones a path that waits for itself', () => {
    expect(judgeOutcome({ kind: 'again', afterMs: 7, reason: 'paced' })).to.deep.equal({
      kind: 'postpone',
      afterMs: 7,
    });
  });

  it('asks a system that was silent', () => {
    expect(judgeOutcome({ kind: 'again', afterMs: 7, reason: 'katello-down' })).to.include({
      kind: 'ask',
      system: 'katello',
      otherwise: 'slow-down',
    });
  });
});
