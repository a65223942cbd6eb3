/** What a person or a script has to know to use a sandbox. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Door } from '../../send.ts';
import type { WebSite } from '../../web-server/web-site.ts';
import { ServerProblem } from '../problem.ts';
import type { Servers } from '../world.ts';
import { quote } from './quote.ts';
import { oldLayout, type SandboxSite } from './site.ts';

const Description = z.object({
  world: z.enum(['a', 'b']),
  /** what people push to; `certificates` is for `--cert-dir` of clients */
  push: z.object({ registry: z.string(), url: z.string(), caFile: z.string(), certificates: z.string() }),
  /** an administrator; images are pulled here */
  katello: z.object({ url: z.string(), login: z.string(), password: z.string() }),
  /** people, what they may do in the organization acme, and what is good in place of their password */
  users: z.array(
    z.object({
      login: z.string(),
      password: z.string(),
      may: z.enum(['push', 'view', 'none']),
      token: z.string().nullable(),
    }),
  ),
  /** `url` is `unix:/PATH`; who may open that socket is whom REMOTE-USER names, for example `login` */
  pulp: z.object({ url: z.string(), login: z.string() }),
  reactor: z.object({ metricsUrl: z.string() }),
  /** URL with the password */
  redis: z.string(),
});
export type Description = z.infer<typeof Description>;

/** Describes servers that run. */
export function describeWorld(site: SandboxSite, web: WebSite, servers: Omit<Servers, 'webServer'>): Description {
  const { pulp, katello, reactor, redis } = servers;
  const { registry, url, caFile, certificates } = web;
  return {
    world: site.world,
    push: { registry, url, caFile, certificates },
    katello: { url: katello.url, ...katello.administrator },
    users: [...katello.users],
    pulp: { url: pulp.url, login: pulp.login },
    reactor: { metricsUrl: reactor.metricsUrl },
    redis: redis.url,
  };
}

/** The push host, as this user meets it. @throws ServerProblem when there is no such user */
export async function doorOf({ push, users }: Description, login: string): Promise<Door> {
  const user = users.find((each) => each.login === login);
  if (user === undefined) {
    throw new ServerProblem(`there is no user ${login}`, `Users: ${users.map((each) => each.login).join(', ')}`);
  }
  return { url: push.url, ca: await readFile(push.caFile, 'utf8'), login, password: user.password };
}

/** Keeps the description for later commands, and the reactor's environment for `kpr --env-file`. */
export async function keepDescription(
  site: SandboxSite,
  description: Description,
  reactorEnv: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(reactorEnv).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(envFileOf(site), lines.join(''), { mode: 0o600 });
  await writeFile(fileOf(site), `${JSON.stringify(description, null, 2)}\n`, { mode: 0o600 });
}

/** The description that the last `up` kept. @throws ServerProblem when there was none, or one of another version */
export async function readDescription(site: SandboxSite): Promise<Description> {
  const text = await readFile(fileOf(site), 'utf8').catch(() => null);
  if (text === null) {
    throw new ServerProblem(`world ${site.world} was never up`, `./scripts/sandbox up --world ${site.world}`);
  }
  const { data } = Description.safeParse(JSON.parse(text));
  if (data) return data;
  throw oldLayout(site);
}

/** The description as assignments that a shell can evaluate. */
export function toShell(description: Description): string {
  const { world, push, katello, users, pulp, reactor, redis } = description;
  const values = {
    WORLD: world,
    REGISTRY: push.registry,
    CERT_DIR: push.certificates,
    CA_FILE: push.caFile,
    KATELLO_URL: katello.url,
    KATELLO_LOGIN: katello.login,
    KATELLO_PASSWORD: katello.password,
    USERS: users.map(({ login, password, may }) => `${login}:${password}:${may}`).join(' '),
    PULP_URL: pulp.url,
    PULP_LOGIN: pulp.login,
    REACTOR_METRICS_URL: reactor.metricsUrl,
    REDIS: redis,
  };
  return Object.entries(values)
    .map(([name, value]) => `SANDBOX_${name}=${quote(value)}\n`)
    .join('');
}

/** Path of the reactor's environment, for `kpr --env-file`. */
export function envFileOf(site: SandboxSite): string {
  return join(site.dir, 'kpr.env');
}

function fileOf(site: SandboxSite): string {
  return join(site.dir, 'description.json');
}
