import { expect } from 'chai';
import { describeConfig, type Environment, loadClientConfig, loadConfig } from '../../../lib/config.ts';
import { ConfigError } from '../../../lib/errors.ts';

const required: Environment = {
  KPR_PUBLIC_URL: 'https://push.example.com',
  KPR_PULP_URL: 'unix:/run/pulpcore-api.sock',
  KPR_KATELLO_URL: 'https://katello.example.com',
  KPR_KATELLO_LOGIN: 'kpr',
  KPR_KATELLO_PASSWORD: 'not-a-real-one',
  KPR_POLICY: 'keep-orphans',
};

function problemsOf(env: Environment): string[] {
  try {
    loadConfig({ ...required, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('is content with the required variables', () => {
    const config = loadConfig(required);

    expect(config.publicUrl.href).to.equal('https://push.example.com/');
    expect(config.registryHosts).to.deep.equal(['push.example.com']);
    expect(config.poll).to.deep.equal({ activeMs: 500, idleMs: 2000, overlapMs: null });
    expect(config.roles).to.deep.equal(['detector', 'worker', 'front', 'dashboard']);
    expect(config.redis.url).to.equal(null);
  });

  it('names every bad variable at once', () => {
    const problems = problemsOf({
      KPR_PUBLIC_URL: 'https://push.example.com/path',
      KPR_POLICY: 'delete-everything',
      KPR_CONCURRENCY: '65',
      KPR_KATELLO_PASSWORD: '',
    });

    expect(problems).to.have.members([
      'KPR_PUBLIC_URL: must have no path',
      'KPR_POLICY: must be full, keep-orphans or create-only',
      'KPR_CONCURRENCY: must be at most 64',
      'KPR_KATELLO_PASSWORD: is required',
    ]);
  });

  it('names every missing variable', () => {
    expect(() => loadConfig({})).to.throw(ConfigError, /KPR_PUBLIC_URL: is required[^]*KPR_POLICY: is required/);
  });

  it('treats an empty variable as not set', () => {
    expect(loadConfig({ ...required, KPR_CONCURRENCY: '' }).concurrency).to.equal(4);
  });

  it('refuses an unknown name and says which one was meant', () => {
    expect(problemsOf({ KPR_POLL_IDLE_SECOND: '3' })).to.deep.equal([
      'KPR_POLL_IDLE_SECOND: is unknown, did you mean KPR_POLL_IDLE_SECONDS?',
    ]);
  });

  it('makes no guess when nothing is near', () => {
    expect(problemsOf({ KPR_ZZZZZZZZZZ: '3' })).to.deep.equal(['KPR_ZZZZZZZZZZ: is unknown']);
  });

  it('leaves names of others alone', () => {
    expect(problemsOf({ PULP_SETTINGS: 'x', PATH: '/bin' })).to.deep.equal([]);
  });

  it('turns units into milliseconds', () => {
    const config = loadConfig({ ...required, KPR_ORPHAN_QUARANTINE_HOURS: '2', KPR_POLL_OVERLAP_SECONDS: '1.5' });

    expect(config.orphans.quarantineMs).to.equal(7_200_000);
    expect(config.poll.overlapMs).to.equal(1500);
  });

  for (const value of ['1e3', '0x10', ' 3', '-1', '3.5']) {
    it(`refuses ${JSON.stringify(value)} where a whole number is due`, () => {
      expect(problemsOf({ KPR_ORPHAN_LIMIT: value })).to.have.lengthOf(1);
    });
  }

  for (const prefix of ['kpr', 'kpr.push/x', 'Kpr.push', '.push', 'kpr.', '']) {
    it(`${prefix === '' ? 'takes the default for' : 'refuses'} the path prefix ${JSON.stringify(prefix)}`, () => {
      expect(problemsOf({ KPR_PATH_PREFIX: prefix })).to.have.lengthOf(prefix === '' ? 0 : 1);
    });
  }

  it('folds organization labels', () => {
    const config = loadConfig({ ...required, KPR_ORGANIZATIONS_DENY: 'Acme, Beta_Org ,' });

    expect(config.organizations).to.deep.equal({ allow: [], deny: ['acme', 'beta_org'] });
  });

  it('reads the registry hosts as clients type them; left out, it is the public one', () => {
    const hostsOf = (value: string) => loadConfig({ ...required, KPR_REGISTRY_HOSTS: value }).registryHosts;

    expect(hostsOf('push.example.com, push.example.com:443,[::1]:5000')).to.deep.equal([
      'push.example.com',
      'push.example.com:443',
      '[::1]:5000',
    ]);
    expect(hostsOf('')).to.deep.equal([loadConfig(required).publicUrl.host]);
  });

  for (const value of ['https://push.example.com', 'push.example.com/v2', 'a b', ',']) {
    it(`refuses ${JSON.stringify(value)} as registry hosts`, () => {
      expect(problemsOf({ KPR_REGISTRY_HOSTS: value })).to.have.lengthOf(1);
    });
  }

  it('needs braces in the key prefix of Redis Cluster', () => {
    const cluster = { REDIS_URL: 'redis+cluster://a:1,b:2' };

    expect(problemsOf({ ...cluster, KPR_REDIS_PREFIX: 'kpr' })).to.have.lengthOf(1);
    expect(problemsOf(cluster)).to.deep.equal([]);
  });

  it('never repeats a value in a problem', () => {
    const problems = problemsOf({ KPR_PULP_URL: 'https://kpr:hunter2@pulp', REDIS_URL: 'http://:hunter2@redis' });

    expect(problems.join()).to.not.contain('hunter2');
    expect(problems).to.have.lengthOf(2);
  });
});

describe('loadConfig, listeners', () => {
  const listenOf = (value: string) => loadConfig({ ...required, KPR_LISTEN: value }).listen;

  it('reads host and port, IPv6, and a unix socket', () => {
    expect(listenOf('0.0.0.0:80')).to.deep.equal({ host: '0.0.0.0', port: 80 });
    expect(listenOf('[::1]:24900')).to.deep.equal({ host: '::1', port: 24900 });
    expect(listenOf('unix:/run/kpr/front.sock')).to.deep.equal({ path: '/run/kpr/front.sock' });
  });

  for (const value of ['24900', 'localhost', 'localhost:70000', 'unix:relative', '::1:80', 'a b:1']) {
    it(`refuses ${value}`, () => {
      expect(problemsOf({ KPR_LISTEN: value })).to.deep.equal(['KPR_LISTEN: must be host:port or unix:/PATH']);
    });
  }
});

describe('loadConfig, Pulp', () => {
  const tcp = { KPR_PULP_URL: 'https://pulp.example.com' };

  const urlOf = (text: string) => loadConfig({ ...required, KPR_PULP_REMOTE_USER: 'kpr', KPR_PULP_URL: text }).pulp.url;

  it('reads a socket, with and without API_ROOT', () => {
    expect(urlOf('unix:/run/p.sock')).to.deep.equal({ baseUrl: 'unix:/run/p.sock', isSocket: true });
    expect(urlOf('unix:/run/p.sock:/other')).to.deep.equal({ baseUrl: 'unix:/run/p.sock:/other/', isSocket: true });
  });

  it('reads API_ROOT from the path of a URL', () => {
    expect(urlOf('https://pulp.example.com')).to.deep.equal({ baseUrl: 'https://pulp.example.com/', isSocket: false });
    expect(urlOf('http://127.0.0.1:24817/api-root').baseUrl).to.equal('http://127.0.0.1:24817/api-root/');
  });

  for (const url of ['unix:relative.sock', 'unix:/a:b', 'pulp.example.com', 'ftp://pulp.example.com']) {
    it(`refuses ${url}`, () => {
      expect(problemsOf({ KPR_PULP_URL: url, KPR_PULP_REMOTE_USER: 'kpr' })).to.have.lengthOf(1);
    });
  }

  it('refuses http to another machine', () => {
    expect(problemsOf({ KPR_PULP_URL: 'http://pulp.example.com', KPR_PULP_REMOTE_USER: 'kpr' })).to.deep.equal([
      'KPR_PULP_URL: must be https (http only to loopback)',
    ]);
  });

  it('is admin on a unix socket, unless another way is chosen', () => {
    const basic = { ...required, KPR_PULP_LOGIN: 'kpr', KPR_PULP_PASSWORD: 'x' };

    expect(loadConfig(required).pulp.auth).to.deep.equal({ kind: 'remote-user', user: 'admin' });
    expect(loadConfig(basic).pulp.auth.kind).to.equal('basic');
  });

  it('needs one way to log in over a URL', () => {
    expect(problemsOf(tcp)).to.have.lengthOf(1);
    expect(problemsOf({ ...tcp, KPR_PULP_CERT_FILE: '/a', KPR_PULP_KEY_FILE: '/b' })).to.deep.equal([]);
  });

  it('refuses two ways to log in', () => {
    const both = { KPR_PULP_REMOTE_USER: 'kpr', KPR_PULP_LOGIN: 'kpr', KPR_PULP_PASSWORD: 'x' };

    expect(problemsOf(both)).to.deep.equal(['KPR_PULP_REMOTE_USER, KPR_PULP_LOGIN: only one of them may be set']);
  });

  it('needs both halves of a pair', () => {
    expect(problemsOf({ ...tcp, KPR_PULP_CERT_FILE: '/a' })).to.deep.equal([
      'KPR_PULP_KEY_FILE: is required with KPR_PULP_CERT_FILE',
    ]);
    expect(problemsOf({ KPR_NOTIFY_URLS: 'https://a.example.com' })).to.deep.equal([
      'KPR_NOTIFY_SECRET: is required with KPR_NOTIFY_URLS',
    ]);
  });
});

describe('loadClientConfig', () => {
  it('asks for nothing: the daemon on this machine is found by its default', () => {
    expect(loadClientConfig({})).to.deep.equal({
      stateDir: '/var/lib/kpr',
      url: null,
      login: null,
      password: null,
      caFile: null,
    });
  });

  it('does not care about variables of the daemon', () => {
    expect(loadClientConfig({ KPR_POLICY: 'nonsense', KPR_URL: 'https://push.example.com' }).url?.host).to.equal(
      'push.example.com',
    );
  });
});

describe('describeConfig', () => {
  it('masks secrets, tells defaults apart, and leaves out what is unset', () => {
    const shown = describeConfig({ ...required, KPR_CONCURRENCY: '8' });

    expect(shown).to.deep.include({ name: 'KPR_KATELLO_PASSWORD', value: '***', isDefault: false });
    expect(shown).to.deep.include({ name: 'KPR_CONCURRENCY', value: '8', isDefault: false });
    expect(shown).to.deep.include({ name: 'KPR_LOG_LEVEL', value: 'info', isDefault: true });
    expect(shown.map(({ name }) => name)).to.not.include('KPR_CA_FILE');
    expect(JSON.stringify(shown)).to.not.contain('not-a-real-one');
  });
});
