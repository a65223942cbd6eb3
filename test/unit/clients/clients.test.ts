import { expect } from 'chai';
import { createClients } from '../../../lib/clients.ts';
import { loadConfig } from '../../../lib/config.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';

describe('createClients', () => {
  let server: HttpServer;
  let ours: string[];
  let ofUsers: string[];

  beforeEach(async () => {
    server = await startHttpServer();
    [ours, ofUsers] = [[], []];
  });
  afterEach(() => server.finish());

  const clients = () =>
    createClients(
      loadConfig({
        KPR_PUBLIC_URL: 'https://push.example.com',
        KPR_PULP_URL: server.url,
        KPR_PULP_REMOTE_USER: 'kpr',
        KPR_KATELLO_URL: server.url,
        KPR_KATELLO_LOGIN: 'kpr',
        KPR_KATELLO_PASSWORD: 'not-a-real-one',
        KPR_POLICY: 'full',
      }),
      {
        version: 'test',
        onRequest: (system, status) => ours.push(`${system} ${status}`),
        onUserRequest: (system, status) => ofUsers.push(`${system} ${status}`),
      },
    );
  const alice = { login: 'alice', password: 'a wrong one', address: '192.0.2.1' };

  it("tells a user's wrong password from ours", async () => {
    server.expect('GET /api/v2/current_user', { status: 401, json: {} });

    expect(await clients().users.isAuthentic(alice)).to.equal(false);

    expect([ours, ofUsers]).to.deep.equal([[], ['katello 401']]);
    expect(server.received[0]?.headers.authorization).to.equal(`Basic ${btoa('alice:a wrong one')}`);
  });

  it('asks as a user once, whatever the answer', async () => {
    server.expect('GET /api/v2/current_user', { status: 503, json: {} });

    await clients()
      .users.isAuthentic(alice)
      .then(
        () => expect.fail('it was answered'),
        () => undefined,
      );

    expect(ofUsers).to.deep.equal(['katello 503']);
  });

  it('counts what it asks with its own account', async () => {
    server.expect('GET /api/v2/current_user', { json: { login: 'kpr', admin: false, effective_admin: false } });

    await clients().katello.readCurrentUser();

    expect([ours, ofUsers]).to.deep.equal([['katello 200'], []]);
  });
});
