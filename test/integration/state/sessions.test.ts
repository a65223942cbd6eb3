import { expect } from 'chai';
import type { Caller } from '../../../lib/domain/caller.ts';
import { createKeys } from '../../../lib/state/keys.ts';
import { createSessions, type Sessions } from '../../../lib/state/sessions.ts';
import { openTestRedis, type TestRedis } from '../../support/state.ts';
import { until } from '../../support/until.ts';

const HOUR_MS = 3_600_000;
const alice: Caller = { login: 'alice', role: 'viewer', organizations: [{ id: 1, label: 'acme' }] };
const root: Caller = { login: 'root', role: 'operator', organizations: 'all' };

describe('createSessions', () => {
  let redis: TestRedis;
  let sessions: Sessions;

  before(async () => {
    redis = await openTestRedis();
    sessions = createSessions(createKeys(redis.client, '{sessions}'), HOUR_MS);
  });
  after(() => redis.close());

  it('finds who signed in', async () => {
    for (const caller of [alice, root]) {
      const { id, session } = await sessions.open(caller);

      expect(await sessions.find(id))
        .to.deep.equal(session)
        .and.have.property('caller')
        .deep.equal(caller);
    }
  });

  it('gives ids and tokens of 256 bits, never the same', async () => {
    const opened = await Promise.all(Array.from({ length: 100 }, () => sessions.open(alice)));

    const secrets = opened.flatMap(({ id, session }) => [id, session.token]);
    expect(new Set(secrets).size).to.equal(200);
    expect(secrets.filter((secret) => !/^[\w-]{43}$/.test(secret))).to.deep.equal([]);
  });

  it('keeps no id that whoever reads Redis could use', async () => {
    const { id } = await sessions.open(alice);

    const names = await redis.client.keys('*');
    expect(names.filter((name) => name.includes(id))).to.deep.equal([]);
  });

  it('forgets who signed out, and finds nobody for what was never an id', async () => {
    const { id } = await sessions.open(alice);

    await sessions.close(id);

    expect([await sessions.find(id), await sessions.find('')]).to.deep.equal([null, null]);
  });

  it('ends by itself', async () => {
    const short = createSessions(createKeys(redis.client, '{short}'), 20);
    const { id } = await short.open(alice);

    await until('the end of the session', async () => (await short.find(id)) === null);
  });
});
