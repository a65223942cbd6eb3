import { expect } from 'chai';
import { type HttpServer, startHttpServer } from '../http-server.ts';
import { FAULTS, type Fault } from './fault.ts';
import { type FaultProxy, startFaultProxy } from './proxy.ts';

const SLOW_MS = 60;
const ANSWER = { hello: 'world' };

describe('a fault proxy', () => {
  let server: HttpServer;
  let proxy: FaultProxy;
  beforeEach(async () => {
    server = await startHttpServer();
    proxy = await startFaultProxy(server.url, { awayMs: 50, slowMs: SLOW_MS });
  });
  afterEach(async () => {
    await proxy.close();
    await server.finish();
  });

  const post = (signal?: AbortSignal) =>
    fetch(`${proxy.url}/a?b=c`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"x":1}',
      signal: signal ?? null,
    });
  const postWith = (fault: Fault, signal?: AbortSignal) => {
    proxy.trouble(() => fault);
    return post(signal);
  };
  const expectPost = () => server.expect('POST /a', { status: 201, headers: { 'x-own': 'yes' }, json: ANSWER });

  it('passes on request and answer as they are', async () => {
    expectPost();

    const answer = await post();

    expect(answer.status).to.equal(201);
    expect(answer.headers.get('x-own')).to.equal('yes');
    expect(await answer.json()).to.deep.equal(ANSWER);
    expect(server.received[0]).to.deep.include({ method: 'POST', query: { b: 'c' }, body: { x: 1 } });
  });

  for (const fault of ['html-502', '429', '429-later', '503'] as const) {
    it(`answers ${fault} with a page, and the server sees nothing`, async () => {
      const answer = await postWith(fault);

      expect(`${answer.status}`).to.equal(/\d+/.exec(fault)?.[0]);
      expect(answer.headers.get('content-type')).to.match(/^text\/html/);
      expect(answer.headers.get('retry-after')).to.equal(fault === '429-later' ? '1' : null);
    });
  }

  it('resets a connection, and the server sees nothing', async () => {
    expect(await codeOf(postWith('reset'))).to.equal('ECONNRESET');
  });

  it('loses the answer after the server has carried the request out', async () => {
    expectPost();

    expect(await codeOf(postWith('lost'))).to.equal('ECONNRESET');
    expect(server.received).to.have.lengthOf(1);
  });

  it('keeps the answer to itself', async () => {
    expectPost();
    const patience = new AbortController();
    proxy.watch((moment) => void (moment === 'answered' && patience.abort()));

    const failure = await postWith('silent', patience.signal).catch((error: unknown) => error);

    expect(failure).to.have.property('name', 'AbortError');
  });

  it('breaks an answer off in the middle', async () => {
    expectPost();

    const answer = await postWith('truncated');

    expect(await codeOf(answer.text())).to.match(/^UND_ERR/);
  });

  it('sends half a body as if it were whole', async () => {
    expectPost();

    const text = await (await postWith('half-json')).text();

    expect(JSON.stringify(ANSWER).startsWith(text)).to.equal(true);
    expect(text).to.have.lengthOf(8);
  });

  it('sends a page with the status of the server', async () => {
    expectPost();

    const answer = await postWith('wrong-type');

    expect(answer.status).to.equal(201);
    expect(answer.headers.get('content-type')).to.match(/^text\/html/);
  });

  it('sends an answer piece by piece', async () => {
    expectPost();
    const startedAt = performance.now();

    const answer = await (await postWith('slow')).json();

    expect(answer).to.deep.equal(ANSWER);
    expect(performance.now() - startedAt).to.be.at.least(SLOW_MS * 0.9);
  });

  it('is away for a moment after an answer', async () => {
    expectPost();
    expectPost();

    const answer = await postWith('refused');
    proxy.trouble(null);

    expect(await answer.json()).to.deep.equal(ANSWER);
    expect(await codeOf(post())).to.equal('ECONNREFUSED');
    await proxy.open();
    expect((await post()).status).to.equal(201);
  });

  it('is away until it is opened again', async () => {
    expectPost();

    await proxy.shut();

    expect(await codeOf(post())).to.equal('ECONNREFUSED');
    await proxy.open();
    expect((await post()).status).to.equal(201);
  });

  it('counts what it did', async () => {
    expectPost();
    const plan: readonly (Fault | null)[] = ['503', null, '503'];
    proxy.trouble(({ nth }) => plan[nth - 1] ?? null);

    for (const _ of plan) await post();

    expect(Object.fromEntries(proxy.counts)).to.deep.equal({ 503: 2, none: 1 });
    expect(proxy.calls).to.deep.equal([1, 2, 3].map((nth) => ({ nth, method: 'POST', url: '/a?b=c' })));
  });

  it('drops a call that a watcher does not let through', async () => {
    proxy.watch(async () => 'drop' as const);

    expect(await codeOf(post())).to.equal('ECONNRESET');
  });

  it('tells a watcher how far each call has come', async () => {
    expectPost();
    const moments: string[] = [];
    proxy.watch((moment, { nth }) => void moments.push(`${nth} ${moment}`));

    await (await post()).text();

    expect(moments.slice(0, 2)).to.deep.equal(['1 came', '1 answered']);
  });

  it('knows every fault by name once', () => {
    expect(FAULTS).to.have.lengthOf(new Set(FAULTS).size);
  });
});

/** What a failed fetch died of. */
async function codeOf(failing: Promise<unknown>): Promise<unknown> {
  const error = await failing.catch((failure: unknown) => failure);
  const cause = error instanceof Error ? error.cause : null;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : error;
}
