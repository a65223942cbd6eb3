import { expect } from 'chai';
import { startHttpServer } from './http-server.ts';

describe('startHttpServer', () => {
  it('answers what is expected, in order', async () => {
    const server = await startHttpServer();
    server.expect('GET /a', { json: { n: 1 } });
    server.expect('POST /b', { status: 202, text: 'later' });

    const first = await fetch(`${server.url}/a?x=1`);
    const second = await fetch(`${server.url}/b`, { method: 'POST', body: '{"y":2}' });

    expect(await first.json()).to.deep.equal({ n: 1 });
    expect(second.status).to.equal(202);
    expect(server.received.map(({ query, body }) => [query, body])).to.deep.equal([
      [{ x: '1' }, undefined],
      [{}, { y: 2 }],
    ]);
    await server.finish();
  });

  it('fails on a request that nobody expected', async () => {
    const server = await startHttpServer();
    await fetch(`${server.url}/surprise`);

    const failure = await server.finish().catch((error: Error) => error.message);

    expect(failure).to.equal('got GET /surprise, expected nothing');
  });

  it('fails on a request that never came', async () => {
    const server = await startHttpServer();
    server.expect('GET /a', { json: {} });

    const failure = await server.finish().catch((error: Error) => error.message);

    expect(failure).to.equal('GET /a never came');
  });
});
