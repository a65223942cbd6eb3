import { expect } from 'chai';
import { cleanText, redactUrl } from '../../../lib/http/redact.ts';

describe('redactUrl', () => {
  it('shows path and query, and hrefs in it readably', () => {
    const url = new URL('https://pulp.example.com/pulp/api/v3/tasks/');
    url.searchParams.set('created_resources', '/pulp/api/v3/x/');
    url.searchParams.set('fields', 'name,state');

    expect(redactUrl(url)).to.equal('/pulp/api/v3/tasks/?created_resources=/pulp/api/v3/x/&fields=name,state');
  });

  it('leaves out host, login and password', () => {
    expect(redactUrl(new URL('https://admin:hunter2@pulp.example.com/a'))).to.equal('/a');
  });

  for (const name of ['validate_token', 'password', 'X-Amz-Signature', 'api_key', 'Authorization']) {
    it(`masks the value of ${name}`, () => {
      expect(redactUrl(new URL(`https://h.example.com/a?n=1&${name}=hunter2`))).to.equal(`/a?n=1&${name}=***`);
    });
  }

  it('is never long', () => {
    expect(redactUrl(new URL(`https://h.example.com/a?ids=${'x'.repeat(5000)}`))).to.have.lengthOf(300);
  });
});

describe('cleanText', () => {
  it('turns controls, line ends and direction marks into one space', () => {
    expect(cleanText('a\r\n\u001b[31mb\u202ec\u2028d', 100)).to.equal('a [31mb c d');
  });

  it('keeps letters of every script', () => {
    expect(cleanText('Nicht möglich: 不存在', 100)).to.equal('Nicht möglich: 不存在');
  });

  it('cuts at the limit', () => {
    expect(cleanText('abcdef', 4)).to.equal('abc…');
  });

  it('masks secrets wherever they stand', () => {
    expect(cleanText('you sent hunter2, hunter2!', 100, ['hunter2', ''])).to.equal('you sent ***, ***!');
  });

  it('masks a secret that the limit would cut in two', () => {
    expect(cleanText('you sent hunter2', 12, ['hunter2'])).to.equal('you sent ***');
  });
});
