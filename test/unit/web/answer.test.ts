import { expect } from 'chai';
import { refuse } from '../../../lib/domain/reason.ts';
import { InvariantError, TransportError } from '../../../lib/errors.ts';
import { RequestError, toAnswer } from '../../../lib/web/answer.ts';

describe('toAnswer', () => {
  it('shows a refusal with its reason, message and hint', () => {
    const { status, body } = toAnswer(refuse('unknown-organization', { org: 'acme' }));

    expect(status).to.equal(409);
    expect(body.error).to.deep.equal({
      code: 'E_REFUSED',
      reason: 'unknown-organization',
      message: 'no organization acme',
      hint: 'check its label',
    });
  });

  const statuses: [string, unknown, number][] = [
    ['a name that is none', refuse('bad-name'), 400],
    ['a bad request', new RequestError(400, 'no'), 400],
    ['nothing there', new RequestError(404, 'no'), 404],
    ['a system that is away', new TransportError('redis', 'no'), 503],
    ['our own bug', new InvariantError('no'), 500],
    ['a body that is too large', Object.assign(new Error('too large'), { statusCode: 413 }), 413],
    ['an unknown error', new TypeError('x.y is not a function'), 500],
    ['no error at all', null, 500],
  ];
  for (const [what, error, status] of statuses) {
    it(`answers ${status} to ${what}`, () => {
      expect(toAnswer(error).status).to.equal(status);
    });
  }

  it('keeps an unknown error to itself', () => {
    expect(JSON.stringify(toAnswer(new TypeError('secret path /etc/x')))).to.not.contain('secret');
  });
});
