/** What a person or a script has to know to use a sandbox. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ServerProblem } from '../problem.ts';
import { PREFIX } from '../reactor.ts';
import type { Servers } from '../world.ts';
import type { SandboxSite } from './site.ts';

const Server = z.object({ url: z.string(), login: z.string(), password: z.string() });

const Description = z.object({
  world: z.enum(['a', 'b']),
  /** everything a user types before ORG/… */
  registry: z.string(),
  /** an administrator; until tokens come, the one who pushes */
  pulp: Server,
  /** an administrator */
  katello: Server,
  /** people, and what they may do in the organization acme */
  users: z.array(z.object({ login: z.string(), password: z.string(), may: z.enum(['push', 'view', 'none']) })),
  reactor: z.object({ url: z.string(), metricsUrl: z.string() }),
  /** URL with the password */
  redis: z.string(),
});
export type Description = z.infer<typeof Description>;

/** Describes servers that run. */
export function describeWorld(site: SandboxSite, servers: Servers): Description {
  const { pulp, katello, reactor, redis } = servers;
  return {
    world: site.world,
    registry: `${pulp.registry}/${PREFIX}`,
    pulp: { url: pulp.url, login: pulp.login, password: pulp.password },
    katello: { url: katello.url, ...katello.administrator },
    users: [...katello.users],
    reactor: { url: reactor.url, metricsUrl: reactor.metricsUrl },
    redis: redis.url,
  };
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

/** The description that the last `up` kept. @throws ServerProblem when there was none */
export async function readDescription(site: SandboxSite): Promise<Description> {
  const text = await readFile(fileOf(site), 'utf8').catch(() => null);
  if (text === null) {
    throw new ServerProblem(`world ${site.world} was never started`, `./scripts/sandbox up --world ${site.world}`);
  }
  return Description.parse(JSON.parse(text));
}

/** The description as assignments that a shell can evaluate. */
export function toShell(description: Description): string {
  const { world, registry, pulp, katello, users, reactor, redis } = description;
  const values = {
    WORLD: world,
    REGISTRY: registry,
    PULP_URL: pulp.url,
    PULP_LOGIN: pulp.login,
    PULP_PASSWORD: pulp.password,
    KATELLO_URL: katello.url,
    KATELLO_LOGIN: katello.login,
    KATELLO_PASSWORD: katello.password,
    USERS: users.map(({ login, password, may }) => `${login}:${password}:${may}`).join(' '),
    REACTOR_URL: reactor.url,
    REACTOR_METRICS_URL: reactor.metricsUrl,
    REDIS: redis,
  };
  const lines = Object.entries(values).map(([name, value]) => `SANDBOX_${name}='${value.replaceAll("'", "'\\''")}'\n`);
  return lines.join('');
}

/** Path of the reactor's environment, for `kpr --env-file`. */
export function envFileOf(site: SandboxSite): string {
  return join(site.dir, 'kpr.env');
}

function fileOf(site: SandboxSite): string {
  return join(site.dir, 'description.json');
}
