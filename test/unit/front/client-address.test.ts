import { expect } from 'chai';
import { clientAddress } from '../../../lib/front/client-address.ts';

describe('clientAddress', () => {
  for (const [what, peer, forwardedFor, address] of [
    ['the peer', '192.0.2.7', undefined, '192.0.2.7'],
    ['the peer, whatever a stranger claims', '192.0.2.7', '10.0.0.1', '192.0.2.7'],
    ['what our web server added', '127.0.0.1', '192.0.2.7', '192.0.2.7'],
    ['the last, behind what the client made up', '127.0.0.1', '10.0.0.1, 192.0.2.7', '192.0.2.7'],
    ['what came by a unix socket', undefined, '2001:db8::1', '2001:db8::1'],
    ['an IPv4 address in IPv6', '::ffff:127.0.0.1', '192.0.2.7', '192.0.2.7'],
    ['the peer, where what was added is no address', '::1', 'evil\r\nx: y', '::1'],
    ['loopback, where nothing is known', undefined, undefined, '127.0.0.1'],
  ] as const) {
    it(`is ${what}`, () => {
      expect(clientAddress(peer, forwardedFor)).to.equal(address);
    });
  }
});
