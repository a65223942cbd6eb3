/** Who answers and in what version: status, ping, plugins. */
import type { App } from '../app.ts';
import { foremanPage } from '../http/envelope.ts';
import { ok } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { printTime } from '../http/time.ts';

export function statusRoutes(app: App): Route[] {
  const { traits } = app;
  return [
    {
      method: 'GET',
      pattern: '/katello/api/status',
      scope: 'katello',
      permissions: null,
      handle: () => ok({ version: traits.version, timeUTC: printTime(app.now().toISOString()) }),
    },
    {
      method: 'GET',
      pattern: '/katello/api/ping',
      scope: 'katello',
      permissions: null,
      handle: async () => ok(await ping(app)),
    },
    {
      method: 'GET',
      pattern: '/api/ping',
      scope: 'foreman',
      permissions: null,
      handle: async () =>
        ok({
          results: {
            foreman: {
              database: { active: true, duration_ms: '0' },
              cache: { servers: [{ status: 'ok', duration_ms: '0' }] },
            },
            katello: await ping(app),
          },
        }),
    },
    {
      method: 'GET',
      pattern: '/api/status',
      scope: 'foreman',
      permissions: [],
      handle: () => ok({ result: 'ok', status: 200, version: traits.foremanVersion, api_version: 2 }),
    },
    {
      method: 'GET',
      pattern: '/api/plugins',
      scope: 'foreman',
      permissions: ['view_plugins'],
      handle: (call) => {
        const page = foremanPage({
          call,
          rows: plugins(app),
          search: { name: { values: (row) => [row.name] } },
          sorting: { by: null, order: null, fields: {}, id: () => 0 },
        });
        return ok({ ...page.envelope, results: page.rows });
      },
    },
  ];
}

/** Always an answer, even where nothing behind it answers. */
async function ping(app: App): Promise<Record<string, unknown>> {
  const check = async (work: () => Promise<void> | void, text?: string): Promise<Record<string, string>> => {
    const startedAt = performance.now();
    try {
      await work();
      return { status: 'ok', duration_ms: String(Math.round(performance.now() - startedAt)) };
    } catch (error) {
      return { status: 'FAIL', message: text ?? (error instanceof Error ? error.message : String(error)) };
    }
  };
  const call = { requestId: 'ping', signal: app.signal };
  const candlepin = (): void => app.faults.checkCandlepinAnswers();
  const events = { status: 'FAIL', message: 'Not running', duration_ms: '0' };
  const services = {
    candlepin: await check(candlepin),
    candlepin_auth: await check(candlepin, 'A backend service [ Candlepin ] is unreachable'),
    foreman_tasks: await check(() => undefined),
    katello_events: events,
    ...(app.traits.pingsCandlepinEvents ? { candlepin_events: events } : {}),
    pulp3: await check(() => app.pulp.status(call)),
    pulp3_content: await check(() => app.pulp.status(call)),
  };
  const isOk = Object.values(services).every((service) => service['status'] === 'ok');
  return { status: isOk ? 'ok' : 'FAIL', services };
}

function plugins({ traits }: App): { name: string; [key: string]: unknown }[] {
  const plugin = (name: string, author: string, description: string, url: string, version: string) => ({
    id: name,
    name,
    author,
    description,
    url,
    version,
  });
  const forge = 'https://github.com/theforeman';
  return [
    plugin(
      'foreman-tasks',
      'Ivan Nečas',
      'Task statuses of Foreman.',
      `${forge}/foreman-tasks`,
      traits.foremanTasksVersion,
    ),
    plugin(
      'foreman_remote_execution',
      'Foreman Remote Execution team',
      'Remote execution for Foreman.',
      `${forge}/foreman_remote_execution`,
      traits.remoteExecutionVersion,
    ),
    plugin('katello', 'N/A', 'Content and subscriptions for Foreman.', 'http://www.katello.org', traits.version),
  ];
}
