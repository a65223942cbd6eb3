import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { createApiClient } from '../../../lib/cli/api-client.ts';
import { CliError } from '../../../lib/cli/exit.ts';
import { createSecret } from '../../../lib/config/secret.ts';
import { createCertificates } from '../../support/certificates.ts';

const Anything = z.looseObject({});
const refusal = { error: { code: 'E_REFUSED', reason: 'pinned', message: 'no', hint: 'do' } };

describe('createApiClient', () => {
  let dir: string;
  let server: Server;
  let answer: { status: number; body: string };
  let seen: { method: string | undefined; url: string | undefined; authorization: string | undefined; body: string };

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kpr-api-'));
    answer = { status: 200, body: '{}' };
    server = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        const { method, url, headers } = request;
        seen = { method, url, authorization: headers.authorization, body: chunks.join('') };
        return response.writeHead(answer.status).end(answer.body);
      });
    });
    server.listen(join(dir, 'api.sock'));
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    rmSync(dir, { recursive: true });
  });

  const client = (signal = new AbortController().signal) =>
    createApiClient({ stateDir: dir, url: null, login: null, password: null, caFile: null }, signal);

  const failureOf = async (work: Promise<unknown>): Promise<CliError> => {
    const error = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error instanceof CliError) return error;
    throw new Error('no CliError', { cause: error });
  };

  it('asks by the socket, leaving out what is not given', async () => {
    await client().get('pushes', { path: 'acme/api&x', state: undefined }, Anything);

    expect(seen).to.include({ method: 'GET', url: '/api/v1/pushes?path=acme%2Fapi%26x', authorization: undefined });
  });

  it('sends a body', async () => {
    await client().post('reprocess', { all: true }, Anything);

    expect(seen).to.include({ method: 'POST', url: '/api/v1/reprocess', body: '{"all":true}' });
  });

  it('asks a daemon elsewhere with an account', async () => {
    const elsewhere = createServer((request, response) =>
      response.end(JSON.stringify({ got: request.headers.authorization })),
    );
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const address = elsewhere.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const config = {
      stateDir: dir,
      url: new URL(`http://127.0.0.1:${port}`),
      login: 'alice',
      password: createSecret('pw'),
      caFile: null,
    };

    const got = await createApiClient(config, AbortSignal.timeout(5000)).get('status', {}, Anything);
    elsewhere.closeAllConnections();
    elsewhere.close();

    expect(got).to.deep.equal({ got: `Basic ${Buffer.from('alice:pw').toString('base64')}` });
  });

  it('believes an authority of its own, and no other', async () => {
    const { ca, server: pair } = await createCertificates();
    const caFile = join(dir, 'ca.crt');
    await writeFile(caFile, ca);
    const elsewhere = createSecureServer(pair, (_, response) => void response.end('{"got":1}'));
    elsewhere.listen(0, 'localhost');
    await once(elsewhere, 'listening');
    const address = elsewhere.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const config = { stateDir: dir, url: new URL(`https://localhost:${port}`), login: null, password: null };
    const ask = (file: string | null) =>
      createApiClient({ ...config, caFile: file }, AbortSignal.timeout(5000)).get('status', {}, Anything);

    const got = await ask(caFile);
    const [stranger, unreadable] = [await failureOf(ask(null)), await failureOf(ask(join(dir, 'none')))];
    elsewhere.closeAllConnections();
    elsewhere.close();

    expect(got).to.deep.equal({ got: 1 });
    expect(stranger.exitCode).to.equal(5);
    expect(unreadable).to.include({ exitCode: 2, reason: 'configuration' });
  });

  const codes: [number, number][] = [
    [400, 2],
    [401, 4],
    [403, 4],
    [404, 3],
    [409, 4],
    [413, 2],
    [500, 1],
    [503, 5],
  ];
  for (const [status, exitCode] of codes) {
    it(`exits ${exitCode} for ${status}, with reason and hint`, async () => {
      answer = { status, body: JSON.stringify(refusal) };

      expect(await failureOf(client().get('status', {}, Anything))).to.include({
        exitCode,
        reason: 'pinned',
        message: 'no',
        hint: 'do',
      });
    });
  }

  it('takes a refusal that is not of a daemon', async () => {
    answer = { status: 502, body: '<html>Bad gateway' };

    expect(await failureOf(client().get('status', {}, Anything))).to.include({ exitCode: 5, message: 'status 502' });
  });

  it('takes an answer of an unknown form', async () => {
    answer = { status: 200, body: 'not json' };

    expect((await failureOf(client().get('status', {}, Anything))).exitCode).to.equal(1);
  });

  it('exits 5 when nobody answers', async () => {
    const config = { stateDir: join(dir, 'none'), url: null, login: null, password: null, caFile: null };
    const nowhere = createApiClient(config, AbortSignal.timeout(5000));

    expect(await failureOf(nowhere.get('status', {}, Anything))).to.include({ exitCode: 5, reason: 'daemon-down' });
  });

  it('stops when it is interrupted', async () => {
    const error = await client(AbortSignal.abort())
      .get('status', {}, Anything)
      .catch((reason: unknown) => reason);

    expect(error).to.have.property('name', 'AbortError');
  });
});
