import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { ConfigError } from '../../../lib/errors.ts';
import { addHealthRoutes } from '../../../lib/web/health.ts';
import { type Address, openServer, type ServerOptions, type WebServer } from '../../../lib/web/server.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(
  address: Address,
  method: string,
  path: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const to = 'path' in address ? { socketPath: address.path } : address;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = { ...more, ...(text !== undefined && { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const sent = request({ ...to, method, path, headers }, (answer) => {
      const whole = answer.toArray().then((chunks) => {
        return { status: answer.statusCode ?? 0, headers: answer.headers, text: chunks.join('') };
      });
      resolve(whole);
    });
    sent.on('error', reject).end(text);
  });
}

describe('web', function () {
  this.timeout(10_000); // the first server loads fastify

  let dir: string;
  let open: WebServer[];
  let errors: unknown[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kpr-web-'));
    open = [];
    errors = [];
  });

  afterEach(async () => {
    for (const server of open) await server.close();
    await rm(dir, { recursive: true });
  });

  async function serve(
    routes: ServerOptions['routes'],
    address: Address = { path: join(dir, 'api.sock') },
    options: Pick<ServerOptions, 'socketMode'> = {},
  ): Promise<Address> {
    const server = await openServer(address, { ...options, routes, onError: (error) => errors.push(error) });
    open.push(server);
    return server.address;
  }

  describe('openServer', () => {
    it('listens on a port that is free', async () => {
      const address = await serve((server) => void server.get('/', () => 'hello'), { host: '127.0.0.1', port: 0 });

      expect((await ask(address, 'GET', '/')).text).to.equal('hello');
    });

    it('listens on a socket that only its owner may use', async () => {
      await serve(() => undefined);

      expect(((await stat(join(dir, 'api.sock'))).mode & 0o777).toString(8)).to.equal('600');
    });

    it('listens on a socket that others may use too, where it is asked to', async () => {
      await serve(() => undefined, { path: join(dir, 'front.sock') }, { socketMode: 0o660 });

      expect(((await stat(join(dir, 'front.sock'))).mode & 0o777).toString(8)).to.equal('660');
    });

    it('takes the place of a socket that nobody listens on', async () => {
      await writeFile(join(dir, 'api.sock'), '');

      await serve(() => undefined);
    });

    it('refuses a socket that another process uses, an unusable address, and one that is too long', async () => {
      await serve(() => undefined);

      for (const address of [
        { path: join(dir, 'api.sock') },
        { host: '192.0.2.1', port: 1 },
        { path: `/${'x'.repeat(110)}` },
      ]) {
        const failure = await serve(() => undefined, address).catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(ConfigError);
      }
    });

    it('hears a body out that is too long, so that a web server between can still send it', async () => {
      const address = await serve((server) => void server.post('/', () => 'heard'), { host: '127.0.0.1', port: 0 });
      const connection = connect('port' in address ? address : { path: address.path });
      const said = createInterface(connection)[Symbol.asyncIterator]();
      const hear = async (line: string) => {
        for (let next = await said.next(); !next.done; next = await said.next())
          if (next.value.endsWith(line)) return true;
        return false;
      };
      const head = (bytes: number) =>
        `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;

      connection.write(head(1_000_000));
      expect(await hear('HTTP/1.1 413 Payload Too Large'), 'the refusal').to.equal(true);
      connection.write('x'.repeat(1_000_000));
      connection.write(`${head(2)}{}`);

      expect(await hear('HTTP/1.1 200 OK'), 'the next request').to.equal(true);
      connection.destroy();
    });

    it('tells a caller nothing of our own faults, and us everything', async () => {
      const address = await serve((server) => {
        server.get('/', () => {
          throw new TypeError('inner matters');
        });
      });

      const answer = await ask(address, 'GET', '/');

      expect(answer.status).to.equal(500);
      expect(answer.text).to.not.contain('inner');
      expect(errors).to.have.lengthOf(1);
    });
  });

  describe('health', () => {
    const serveHealth = (isReady: boolean) =>
      serve((server) =>
        addHealthRoutes(server, {
          readReadiness: async () => ({
            isReady,
            checks: [
              { name: 'pulp', isOk: isReady, reason: isReady ? null : 'pulp-down', message: isReady ? null : 'since' },
            ],
          }),
          renderMetrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'kpr_redis_up 1\n' }),
        }),
      );

    it('lives, and is ready', async () => {
      const address = await serveHealth(true);

      for (const path of ['/livez', '/readyz', '/healthz', '/metrics']) {
        expect((await ask(address, 'GET', path)).status, path).to.equal(200);
      }
    });

    it('says why it is not ready, and lives on', async () => {
      const address = await serveHealth(false);

      expect((await ask(address, 'GET', '/livez')).status).to.equal(200);
      expect((await ask(address, 'GET', '/readyz')).status).to.equal(503);
      expect((await ask(address, 'GET', '/readyz')).text).to.contain('"reason":"pulp-down"');
      expect((await ask(address, 'GET', '/healthz?verbose')).text).to.equal('[-] pulp since\nnot ready\n');
    });
  });
});
