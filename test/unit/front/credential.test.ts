import { expect } from 'chai';
import { RefusedError } from '../../../lib/errors.ts';
import { checkCredential, readBasic } from '../../../lib/front/credential.ts';

const encode = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('readBasic', () => {
  it('reads login and password, which may hold colons and any letters', () => {
    expect(readBasic(encode('alice:pass:wörd ✓'), 'h')).to.deep.equal({ login: 'alice', password: 'pass:wörd ✓' });
  });

  it('reads the scheme in any case', () => {
    expect(readBasic(encode('alice:secret').replace('Basic', 'BASIC'), 'h')?.login).to.equal('alice');
  });

  it('takes no header, and empty credentials, for anonymous', () => {
    expect([readBasic(undefined, 'h'), readBasic('Basic Og==', 'h')]).to.deep.equal([null, null]);
  });

  for (const [what, header] of [
    ['another scheme', 'Bearer abcdef'],
    ['no credentials', 'Basic'],
    ['an empty header', ''],
    ['bad Base64', 'Basic !!!!'],
    ['bytes that are no text', `Basic ${Buffer.from([0x61, 0x3a, 0xff, 0xfe]).toString('base64')}`],
    ['no colon', encode('alice')],
    ['no login', encode(':secret')],
    ['no password', encode('alice:')],
    ['a NUL byte', encode('alice:sec\0ret')],
    ['a line end', encode('alice\r\nX-Evil: 1:secret')],
    ['a huge header', encode(`alice:${'x'.repeat(10_000)}`)],
    ['a second header behind', `${encode('alice:secret')}, Basic Og==`],
  ] as const) {
    it(`refuses ${what}, and does not repeat it`, () => {
      const read = () => readBasic(header, 'push.example.com');

      expect(read).to.throw(RefusedError).with.property('reason', 'bad-credentials');
      expect(read).to.throw(RefusedError).with.deep.property('details', { host: 'push.example.com' });
    });
  }
});

describe('checkCredential', () => {
  it('passes what an account can have and refuses the rest', () => {
    expect(checkCredential({ login: 'alice', password: 'secret' }, 'h').login).to.equal('alice');
    expect(() => checkCredential({ login: '', password: '' }, 'h')).to.throw(RefusedError);
    expect(() => checkCredential({ login: 'alice', password: '\u0007' }, 'h')).to.throw(RefusedError);
  });
});
