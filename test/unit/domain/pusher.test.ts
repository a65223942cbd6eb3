import { expect } from 'chai';
import { findPusher } from '../../../lib/domain/pusher.ts';

const TOKEN_MS = 300;

describe('findPusher', () => {
  const since = 1000;

  it('is the only one who was granted a push since', () => {
    const grants = [
      { login: 'bob', at: 999 },
      { login: 'alice', at: 1000 },
    ];

    expect(findPusher(grants, since, TOKEN_MS)).to.equal('alice');
  });

  it('is nobody where two were', () => {
    const grants = [
      { login: 'bob', at: 1500 },
      { login: 'alice', at: 1600 },
    ];

    expect(findPusher(grants, since, TOKEN_MS)).to.equal(null);
  });

  it('is the one whose token still worked, where nobody was granted another', () => {
    const grants = [
      { login: 'bob', at: 699 },
      { login: 'alice', at: 700 },
    ];

    expect(findPusher(grants, since, TOKEN_MS)).to.equal('alice');
  });

  it('is nobody where two tokens still worked, or none', () => {
    const grants = [
      { login: 'bob', at: 800 },
      { login: 'alice', at: 900 },
    ];

    expect(findPusher(grants, since, TOKEN_MS)).to.equal(null);
    expect(findPusher(grants, 2000, TOKEN_MS)).to.equal(null);
    expect(findPusher([], since, TOKEN_MS)).to.equal(null);
  });
});
