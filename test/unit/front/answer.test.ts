import { expect } from 'chai';
import { refuse } from '../../../lib/domain/reason.ts';
import { AuthError, HttpStatusError, RefusedError, ResponseShapeError, TransportError } from '../../../lib/errors.ts';
import { RequestError, toAnswer } from '../../../lib/front/answer.ts';

const failure = (status: number) => ({
  system: 'katello' as const,
  method: 'GET',
  url: '/secret-path',
  status,
  detail: 'canary',
  retryAfterSeconds: null,
});

describe('toAnswer', () => {
  it('answers a refusal with 401, and says in one message what a person can do', () => {
    const { status, body } = toAnswer(refuse('unknown-product', { org: 'acme', product: 'web', name: 'api' }));

    expect(status).to.equal(401);
    expect(body).to.deep.equal({
      errors: [
        {
          code: 'DENIED',
          message: 'acme has no product web (create it, or push to acme/api)',
          detail: { reason: 'unknown-product' },
        },
      ],
    });
  });

  it('tells a wrong login from a missing right', () => {
    expect(toAnswer(refuse('bad-credentials', { host: 'h' })).body.errors[0]?.code).to.equal('UNAUTHORIZED');
    expect(toAnswer(refuse('too-many-failures', { s: '9' })).body.errors[0]?.message).to.equal(
      'too many failed logins (wait 9 s)',
    );
  });

  it('takes a refusal with a reason that is not in the list', () => {
    expect(toAnswer(new RefusedError('novel', 'no')).body.errors[0]?.message).to.equal('no');
  });

  it('answers what cannot be asked with its own status', () => {
    expect(toAnswer(new RequestError(400, 'unknown service'))).to.deep.equal({
      status: 400,
      body: { errors: [{ code: 'UNSUPPORTED', message: 'unknown service', detail: {} }] },
    });
  });

  for (const [error, text] of [
    [new TransportError('katello', 'canary'), 'katello does not answer (try again later)'],
    [new TransportError('pulp', 'canary'), 'pulp does not answer (try again later)'],
    [new HttpStatusError(failure(500)), 'katello does not answer (try again later)'],
    [new ResponseShapeError('katello', 'canary', []), 'katello does not answer (try again later)'],
    [new AuthError(failure(401)), "katello refuses kpr's account (tell the admin)"],
    [new DOMException('canary', 'TimeoutError'), 'kpr cannot decide now (try again later)'],
    [new Error('canary'), 'kpr cannot decide now (try again later)'],
  ] as const) {
    it(`answers ${error.name} with 503 and no more than a client may know`, () => {
      const { status, body } = toAnswer(error);

      expect(status).to.equal(503);
      expect(body.errors).to.deep.equal([{ code: 'UNAVAILABLE', message: text, detail: {} }]);
    });
  }
});
