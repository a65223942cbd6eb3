/** A day of pushes as an installation in use would show them; the same at each run. */
import type { OrphanView } from '../../../lib/domain/orphan-view.ts';
import { describeReason } from '../../../lib/domain/reason.ts';
import type { Receipt, ReceiptStage, ReceiptState, StageName } from '../../../lib/domain/receipt.ts';
import type { DashboardDeps } from '../../../lib/web/dashboard.ts';
import { NOW, pushOf, WELL } from '../../support/dashboard.ts';

const MINUTE_MS = 60_000;
const STAGES: readonly (readonly [StageName, number])[] = [
  ['detect', 310],
  ['plan', 480],
  ['copy', 2100],
  ['publish', 4100],
  ['verify', 620],
  ['claim', 140],
];

const ofBusyTask = { id: '7c1d0d3e', r: '42' };

export function samplePushes(): Receipt[] {
  return [
    push('acme/web/portal', 2, 0.2, 'alice', ['2', 'latest']),
    push('acme/ubi', 1, 0.7, 'ci', ['9'], 'waiting', {
      error: { code: 'E_BUSY', reason: 'katello-busy', ...describeReason('katello-busy', ofBusyTask) },
    }),
    push('acme/web/shop', 14, 2, 'bob', ['1.18.0', '1.18', '1', 'latest']),
    push('beta/app', 2, 6, 'carol', ['2'], 'refused', {
      error: {
        code: 'E_REFUSED',
        reason: 'name-refused',
        ...describeReason('name-refused', { name: 'app', message: 'Name has already been taken for this product' }),
      },
    }),
    push('acme/data/loader', 5, 18, 'alice', ['nightly']),
    push('id/3/7/agent', 3, 41, null, ['0.9.1']),
    push('acme/web/proxy', 8, 64, 'bob', ['stable']),
    push('beta/tools/lint', 21, 95, 'ci', ['21', 'latest']),
    push('acme/web/shop', 13, 140, 'bob', ['1.17.4', '1.17']),
    ...bulk(),
  ];
}

/** A push with everything on it. */
export const WHOLE: Receipt = {
  ...push('acme/web/api', 12, 1, 'alice', ['2', 'latest']),
  id: 'whole@12',
  claimedVersion: 11,
  tags: [
    { name: '2', from: null, to: sha('9b1c'), reason: 'tag-new' },
    { name: 'latest', from: sha('41aa'), to: sha('9b1c'), reason: 'tag-moved' },
  ],
  leftAlone: [{ tag: '1', reason: 'pinned', message: describeReason('pinned', { tag: '1' }).message }],
};

export const sampleDeps: Partial<DashboardDeps> = {
  readStatus: async () => ({
    ...WELL,
    lagSeconds: 0.4,
    alarms: [
      {
        alarm: 'task-paused',
        source: 'run',
        path: 'acme/ubi',
        since: new Date(NOW - 28 * MINUTE_MS).toISOString(),
        ...describeReason('task-paused', { id: '7c1d0d3e', path: 'acme/ubi', age: '28 minutes' }),
      },
    ],
  }),
  readProxies: async () => ({
    behind: [
      {
        proxy: 'proxy-eu.example.com',
        path: 'acme/web/shop',
        reason: 'proxy-failed',
        message: 'the sync ended with a warning',
        since: NOW - 9 * MINUTE_MS,
      },
    ],
    last: new Map([
      [
        'proxy-eu.example.com',
        { path: 'acme/web/shop', outcome: 'failed', reason: 'proxy-failed', at: NOW - MINUTE_MS },
      ],
      ['proxy-us.example.com', { path: 'acme/web/api', outcome: 'served', reason: null, at: NOW - 10_000 }],
    ]),
  }),
  listReceivers: async () => [
    {
      n: 2,
      url: 'https://chat.example.com/hooks/registry',
      state: 'disabled',
      since: new Date(NOW - 180 * MINUTE_MS).toISOString(),
      reason: 'answered 410',
      givenUpInARow: 0,
    },
  ],
  listOrphans: async () => [
    orphan('acme/old/site', 'quarantined', { until: '2026-08-22T09:00:00.000Z', task: '3f0e9a77-52f4' }),
    orphan('beta/lost', 'unproven', {}),
  ],
  addApi: (server) => {
    server.get('/api/v1/explain', async () => ({
      points: [
        {
          topic: 'mapping',
          message: 'organization acme (1), product web (7), repository api (42)',
          reason: null,
          hint: null,
        },
        {
          topic: 'rights',
          message: "kpr's account lacks edit_products",
          reason: 'account-refused',
          hint: 'check its rights',
        },
        { topic: 'next', message: 'nothing to do', reason: null, hint: null },
      ],
    }));
    for (const url of [
      'reprocess',
      'rollback',
      'proxies/sync',
      'orphans/keep',
      'orphans/delete',
      'notifications/:n/enable',
    ]) {
      server.post(`/api/v1/${url}`, async (_request, reply) => reply.status(202).send({}));
    }
  },
};

function push(
  path: string,
  version: number,
  minutesAgo: number,
  user: string | null,
  tags: readonly string[],
  state: ReceiptState = 'done',
  over: Partial<Receipt> = {},
): Receipt {
  const at = NOW - minutesAgo * MINUTE_MS;
  const isDone = state === 'done';
  return pushOf(path, {
    id: `${path.replaceAll('/', '-')}@${version}`,
    version,
    user,
    state,
    pushedAt: new Date(at).toISOString(),
    tags: tags.map((name) => ({ name, from: null, to: sha('9b1c'), reason: 'tag-new' })),
    stages: isDone ? stagesFrom(at) : stagesFrom(at).slice(0, 2),
    proxies: isDone
      ? ['proxy-eu.example.com', 'proxy-us.example.com'].map((name) => ({
          name,
          outcome: 'served',
          reason: null,
          at: new Date(at + 12_000).toISOString(),
        }))
      : [],
    pull: isDone ? tags.map((tag) => `katello.example.com/${path}:${tag}`) : [],
    ...over,
  });
}

function stagesFrom(at: number): ReceiptStage[] {
  let startsAt = at;
  return STAGES.map(([name, durationMs]) => {
    const startedAt = new Date(startsAt).toISOString();
    startsAt += durationMs;
    return { name, startedAt, durationMs, outcome: 'ok' };
  });
}

/** What fills the chart: more by day than by night. */
function bulk(): Receipt[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const count = Math.round(6 + 6 * Math.sin(((hour + 4) / 24) * 2 * Math.PI) + (hour % 5));
    return Array.from({ length: count }, (__, n) =>
      push(
        `acme/batch/job-${n}`,
        200 - hour,
        (23 - hour) * 60 + 150 / 60 + n * 4,
        'ci',
        ['latest'],
        n === 7 && hour % 6 === 2 ? 'failed' : 'done',
      ),
    );
  }).flat();
}

function orphan(path: string, state: OrphanView['state'], over: Partial<OrphanView>): OrphanView {
  const reason = state === 'unproven' ? 'unproven' : 'quarantined';
  const texts = describeReason(reason, { time: '2026-08-22 09:00 UTC' });
  return {
    path,
    uuid: path,
    version: 3,
    repositoryId: 40,
    state,
    task: null,
    until: null,
    order: null,
    reason,
    ...texts,
    ...over,
  };
}

function sha(start: string): string {
  return `sha256:${start.repeat(16)}`;
}
