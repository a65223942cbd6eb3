import { expect } from 'chai';
import { ConfigError } from '../../../lib/errors.ts';
import { parseRedisUrl } from '../../../lib/state/redis-url.ts';

const anonymous = { username: null, password: null };

describe('parseRedisUrl', () => {
  it('reads a plain server, with defaults', () => {
    const expected = { kind: 'tcp', host: 'redis.example.com', port: 6379, db: 0, isTls: false, ...anonymous };

    expect(parseRedisUrl('redis://redis.example.com')).to.deep.equal(expected);
  });

  it('reads TLS, login, port and database', () => {
    expect(parseRedisUrl('rediss://kpr:a%40b@redis:6380/3')).to.deep.equal({
      kind: 'tcp',
      host: 'redis',
      port: 6380,
      db: 3,
      isTls: true,
      username: 'kpr',
      password: 'a@b',
    });
  });

  it('reads an IPv6 address', () => {
    expect(parseRedisUrl('redis://[::1]:6379')).to.include({ host: '::1', port: 6379 });
  });

  it('reads a unix socket', () => {
    expect(parseRedisUrl('unix:/run/redis/redis.sock')).to.deep.equal({ kind: 'unix', path: '/run/redis/redis.sock' });
  });

  it('reads sentinels with name and database', () => {
    expect(parseRedisUrl('redis+sentinel://:pw@a:26379,b:26380/mymaster/2')).to.deep.equal({
      kind: 'sentinel',
      sentinels: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 26380 },
      ],
      name: 'mymaster',
      db: 2,
      username: null,
      password: 'pw',
    });
    expect(parseRedisUrl('redis+sentinel://a:1/name')).to.include({ db: 0 });
  });

  it('reads the nodes of a cluster', () => {
    expect(parseRedisUrl('redis+cluster://a:1,[::1]:2')).to.deep.equal({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: '::1', port: 2 },
      ],
      ...anonymous,
    });
  });

  for (const bad of [
    'http://redis',
    'redis://',
    'redis://redis/x',
    'unix:relative',
    'redis+sentinel://a:1',
    'redis+sentinel://a/name',
    'redis+sentinel://a:1,/name',
    'redis+cluster://a:99999',
    'redis+cluster://a:1/0',
    '',
  ]) {
    it(`refuses ${bad || 'nothing'}`, () => {
      expect(() => parseRedisUrl(bad)).to.throw(ConfigError, /^REDIS_URL: must be /);
    });
  }

  it('does not repeat a password', () => {
    expect(() => parseRedisUrl('redis://:hunter2@redis/x'))
      .to.throw(ConfigError)
      .and.satisfy((error: Error) => !error.message.includes('hunter2'));
  });
});
