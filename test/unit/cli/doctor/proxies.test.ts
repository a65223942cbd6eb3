import { expect } from 'chai';
import { checkProxies } from '../../../../lib/cli/doctor/proxies.ts';
import type { Config } from '../../../../lib/config.ts';
import type { ProxySync } from '../../../../lib/domain/proxy-sync.ts';

const signal = new AbortController().signal;
const PRIMARY = { id: 1, name: 'k.example.com', url: 'https://k.example.com:9090', environmentIds: [1] };
const NEAR = { id: 2, name: 'near.example.com', url: 'https://near.example.com:9090', environmentIds: [1] };
const BARE = { id: 3, name: 'bare.example.com', url: 'https://bare.example.com:9090', environmentIds: [] };
const FAILED: ProxySync = {
  proxyId: 2,
  repositoryId: 53,
  isPartial: false,
  state: 'failed',
  startedAt: 0,
  endedAt: 0,
  error: 'Connection refused',
};

interface Given {
  readonly proxies?: readonly (typeof NEAR)[];
  readonly isOn?: boolean;
  readonly syncs?: readonly ProxySync[];
  readonly proxySync?: 'auto' | 'off';
}

function check({ proxies = [PRIMARY, NEAR, BARE], isOn = true, syncs = [], proxySync = 'auto' }: Given) {
  const config: Pick<Config, 'katello' | 'proxySync'> = {
    katello: {
      url: new URL('https://k.example.com'),
      login: 'kpr',
      password: { reveal: () => '', toJSON: () => '***' },
    },
    proxySync,
  };
  const katello = {
    listProxies: async () => [...proxies],
    readAutoSync: async () => isOn,
    findMirrored: async () => null,
    readHistory: async () => ({ syncs, publishedAt: new Map<number, number>() }),
    startSync: async () => expect.fail('the doctor never writes'),
  };
  return checkProxies({ proxies: katello }, config, signal)();
}

describe('checkProxies', () => {
  it('is fine with proxies that are synced', async () => {
    expect(await check({})).to.deep.equal({ result: 'ok', message: '1 carry environments' });
  });

  it('is fine without any', async () => {
    expect(await check({ proxies: [PRIMARY, BARE] })).to.include({ result: 'ok' });
  });

  it('warns where Katello does not sync them', async () => {
    const { result, message } = await check({ isOn: false });

    expect(result).to.equal('warn');
    expect(message).to.contain('foreman_proxy_content_auto_sync');
  });

  it('warns where kpr is told to leave them alone', async () => {
    expect((await check({ proxySync: 'off' })).message).to.contain('KPR_PROXY_SYNC=off');
  });

  it('warns of one whose last sync failed', async () => {
    expect(await check({ syncs: [FAILED, { ...FAILED, state: 'succeeded', error: null }] })).to.deep.equal({
      result: 'warn',
      message: 'last sync failed: near.example.com (Connection refused). See kpr proxies status.',
    });
  });
});
