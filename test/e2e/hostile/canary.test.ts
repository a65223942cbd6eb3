import { expect } from 'chai';
import { basic } from '../../support/told.ts';
import { findLeaks } from './canary.ts';

describe('findLeaks', () => {
  const secrets = { password: 'kept "quiet" & dry', login: 'anna:kept "quiet" & dry' };
  const at = (text: string) => findLeaks([{ name: 'a log', text: `before ${text} after` }], secrets);

  for (const [form, text] of [
    ['as it is', 'kept "quiet" & dry'],
    ['in a URL', `?p=${encodeURIComponent('kept "quiet" & dry')}`],
    ['in JSON', JSON.stringify({ p: 'kept "quiet" & dry' })],
    ['in Base64', Buffer.from('kept "quiet" & dry').toString('base64')],
  ] as const) {
    it(`finds a secret ${form}`, () => {
      expect(at(text)).to.deep.equal(['password in a log']);
    });
  }

  it('finds credentials as a client sends them', () => {
    expect(at(basic('anna', 'kept "quiet" & dry'))).to.deep.equal(['login in a log']);
  });

  it('finds nothing where nothing is', () => {
    expect(at('kept quiet and dry')).to.deep.equal([]);
  });
});
