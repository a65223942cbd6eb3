/** What the sandbox tells a person. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WEB_SERVER } from '../../web-server/web-site.ts';
import { findServer } from '../process.ts';
import { type Description, envFileOf } from './description.ts';
import { quote } from './quote.ts';
import { type SandboxSite, SERVER_NAMES } from './site.ts';

/** What is there now and what to try next. */
export function describeNextSteps(site: SandboxSite, description: Description): string {
  const { push, katello, users, pulp, reactor } = description;
  const world = site.world === 'a' ? '' : ` --world ${site.world}`;
  const rows = [
    ['push host', push.registry, `CA: ${push.caFile}`],
    ['Katello', katello.url, `${katello.login} / ${katello.password}`],
    ['users', users.map(({ login, may }) => `${login} (${may})`).join(', '), 'in acme; password: sandbox-LOGIN'],
    ['tokens', users.flatMap(({ login, token }) => (token === null ? [] : [`${login}: ${token}`])).join(', ')],
    ['Pulp', pulp.url, `REMOTE-USER: ${pulp.login}`],
    ['reactor', `${reactor.metricsUrl}/metrics`],
  ];
  const certificates = `--cert-dir ${quote(push.certificates)}`;
  const kpr = `node -- dist/scripts/kpr.js --env-file ${quote(envFileOf(site))}`;
  return `
World ${site.world} is up; all of it lives in ${site.dir}
${rows.map(([name = '', ...values]) => `  ${name.padEnd(9)} ${values.join('  ')}`).join('\n')}

Push an image of yours as ORG/PRODUCT/NAME, and pull it from Katello
  podman login ${certificates} -u dev -p sandbox-dev ${push.registry}
  podman push ${certificates} IMAGE ${push.registry}/acme/web/app:1
  podman pull --tls-verify=false ${new URL(katello.url).host}/acme/web/app:1

Or
  ./scripts/sandbox push acme/web/hello:2${world}
      pushes another small image as dev and waits until Katello lists it; --as viewer: is told why not
  curl -su ${katello.login}:${katello.password} '${katello.url}/katello/api/v2/docker_tags?full_result=true'
      what Katello lists
  ${kpr} status
      what became of the latest pushes; doctor: whether all fits together
  ./scripts/sandbox logs reactor${world}
  ./scripts/sandbox down${world}
`;
}

/** A line for each server, and whether all run. */
export async function describeServers(site: SandboxSite): Promise<{ text: string; areAllRunning: boolean }> {
  const servers = await Promise.all(SERVER_NAMES.map((name) => findServer(site, name)));
  const lines = SERVER_NAMES.map((name, position) => {
    const server = servers[position] ?? null;
    return `${name.padEnd(14)} ${server === null ? 'stopped' : `running  pid ${server.pid}`}\n`;
  });
  return { text: lines.join(''), areAllRunning: servers.every((server) => server !== null) };
}

/** The last lines of a server's log; empty when it never ran. */
export async function readLog(site: SandboxSite, name: string, lines: number): Promise<string> {
  const file = name === WEB_SERVER ? join(site.dir, name, 'log', 'error.log') : join(site.dir, 'log', `${name}.log`);
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(-lines - 1)
    .join('\n');
}
