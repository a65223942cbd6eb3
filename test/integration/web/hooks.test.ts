import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { createHooks, type HooksDeps } from '../../../lib/web/hooks.ts';
import { openServer, type WebServer } from '../../../lib/web/server.ts';

const SECRET = `whsec_${Buffer.from('a secret of a test').toString('base64')}`;
const TOKEN = 'a token of a test, which is long enough';

describe('hooks', function () {
  this.timeout(10_000); // the first server loads fastify

  let server: WebServer;
  let hinted: [string, string | null][];
  let ids: Set<string>;
  let clock: number;

  async function open(over: Partial<HooksDeps> = {}): Promise<void> {
    const deps: HooksDeps = {
      secret: () => SECRET,
      token: () => TOKEN,
      noteId: async (id) => !ids.has(id) && Boolean(ids.add(id)),
      hint: (source, path) => void hinted.push([source, path]),
      prefix: 'kpr.push',
      now: () => clock,
      ...over,
    };
    server = await openServer(
      { host: '127.0.0.1', port: 0 },
      {
        onError: () => undefined,
        routes: async (instance) => {
          await instance.register(createHooks(deps));
        },
      },
    );
  }

  beforeEach(() => {
    hinted = [];
    ids = new Set();
    clock = 0;
  });
  afterEach(() => server.close());

  const bearer = { authorization: `Bearer ${TOKEN}` };
  function signed(body: string, id: string, at = new Date(), secret = SECRET): Record<string, string> {
    return {
      'webhook-id': id,
      'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    };
  }
  async function send(kind: string, body: string, headers: Record<string, string> = {}) {
    const { address } = server;
    const port = 'port' in address ? address.port : 0;
    const url = `http://127.0.0.1:${port}/hooks/${kind}`;
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text() };
  }

  it('take a path from whoever has the token', async () => {
    await open();

    const { status } = await send('plain', '{"path":"acme/api:1"}', bearer);

    expect(status).to.equal(202);
    expect(hinted).to.deep.equal([['plain', 'acme/api']]);
  });

  it('take what is signed, once', async () => {
    await open();
    const body = JSON.stringify({ events: [{ target: { repository: 'kpr.push/acme/api' } }] });

    expect((await send('distribution', body, signed(body, 'm1'))).status).to.equal(202);
    expect((await send('distribution', body, signed(body, 'm1'))).status).to.equal(409);

    expect(hinted).to.deep.equal([['distribution', 'acme/api']]);
  });

  it('refuse another secret, another body, an old signature and none', async () => {
    await open();
    const other = `whsec_${Buffer.from('another secret').toString('base64')}`;
    const old = new Date(Date.now() - 6 * 60_000);

    const attempts = [
      await send('plain', '{}', signed('{}', 'm1', new Date(), other)),
      await send('plain', '{"path":"acme/api"}', signed('{}', 'm2')),
      await send('plain', '{}', signed('{}', 'm3', old)),
      await send('plain', '{}', { authorization: 'Bearer wrong' }),
      await send('plain', '{}', { authorization: `Basic ${TOKEN}` }),
      await send('plain', '{}'),
    ];

    expect(attempts.map(({ status }) => status)).to.deep.equal([401, 401, 401, 401, 401, 401]);
    expect(hinted).to.deep.equal([]);
    expect(ids.size).to.equal(0);
  });

  it('are not there where neither secret nor token is set', async () => {
    await open({ secret: () => null, token: () => null });

    expect((await send('plain', '{}', bearer)).status).to.equal(404);
  });

  it('say what is wrong with a body', async () => {
    await open();

    expect((await send('plain', '{"path":', bearer)).status).to.equal(400);
    expect((await send('plain', '{"path":"<script>"}', bearer)).status).to.equal(400);
    expect((await send('plain', `"${'x'.repeat(256 * 1024)}"`, bearer)).status).to.equal(413);
  });

  it('let fifty pass in a second', async () => {
    await open();
    const statuses = new Set<number>();
    for (let n = 0; n < 50; n++) statuses.add((await send('cloudevents', '{}', bearer)).status);

    const late = await send('cloudevents', '{}', bearer);
    clock += 1000;
    const later = await send('cloudevents', '{}', bearer);

    expect([...statuses]).to.deep.equal([202]);
    expect(late).to.include({ status: 429, retryAfter: '1' });
    expect(later.status).to.equal(202);
    expect(hinted).to.have.lengthOf(51);
  });
});
