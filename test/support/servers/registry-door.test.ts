import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Server as Door } from 'node:net';
import { expect } from 'chai';
import { openDoor } from './registry-door.ts';

describe('a registry door', () => {
  let registry: Server;
  let door: Door;

  beforeEach(async () => {
    registry = createServer((request, response) => {
      response.setHeader('x-host', request.headers.host ?? '');
      request.pipe(response);
    });
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
    door = await openDoor(0, portOf(registry));
  });

  afterEach(() => {
    door.close();
    registry.closeAllConnections();
    registry.close();
  });

  it('passes requests and answers on as they are', async () => {
    const body = 'x'.repeat(300_000);

    const answer = await fetch(`http://127.0.0.1:${portOf(door)}/v2/`, { method: 'PUT', body });

    expect(await answer.text()).to.equal(body);
    expect(answer.headers.get('x-host')).to.equal(`127.0.0.1:${portOf(door)}`);
  });

  it('hangs up at once on TLS', async () => {
    const client = connect(portOf(door), '127.0.0.1');

    client.write(Buffer.from([0x16, 0x03, 0x01]));

    await once(client, 'close');
  });

  it('hangs up when nobody is behind it', async () => {
    registry.closeAllConnections();
    registry.close();

    const failure: unknown = await fetch(`http://127.0.0.1:${portOf(door)}/v2/`).catch((error: unknown) => error);

    expect(failure).to.be.instanceOf(TypeError);
  });
});

function portOf(server: Door): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port');
  return address.port;
}
