/** Brings a sandbox up, step by step. Each step looks first whether its work is done already. */
import { createImage } from '../../image/image.ts';
import { type Kind, startWebServer } from '../../web-server/web-server.ts';
import { openWebSite, WEB_SERVER } from '../../web-server/web-site.ts';
import { build } from '../build.ts';
import { installPulp, installSystemPackages, SERVER_NEEDS, WEB_NEEDS } from '../install.ts';
import { startKatello } from '../katello.ts';
import { recall } from '../memory.ts';
import { readPins } from '../pins.ts';
import { portKeyOf } from '../ports.ts';
import { startPulp } from '../pulp.ts';
import { startPushApi } from '../push-api.ts';
import { startReactor, tokenKeyFileOf } from '../reactor.ts';
import { startRedis } from '../redis.ts';
import { claimWebServer, type Wishes } from './choice.ts';
import { type Description, describeWorld, keepDescription } from './description.ts';
import { findListed, pushAs, waitUntilListed } from './push.ts';
import { claimLayout, listRunning, type SandboxSite, stopServers } from './site.ts';
import { runStep } from './step.ts';

/** The image of the first push is the same on every machine, so that a repeated `up` finds it. */
const FIRST = { path: 'acme/web/hello', tag: '1', image: createImage({ seed: 'hello' }) };

/**
 * Brings the sandbox up and answers how to use it. A repeated call changes nothing.
 *
 * When a step fails or is interrupted, the servers that this call started are ended again.
 *
 * @throws ServerProblem of the step that failed
 */
export async function bringUp(site: SandboxSite, wishes: Wishes): Promise<Description> {
  claimLayout(site);
  const kind = await claimWebServer(site, wishes);
  const before = await listRunning(site);
  try {
    const description = await startAll(site, kind);
    await pushFirst(description, site.signal);
    return description;
  } catch (error) {
    await stopServers(site, before);
    throw error;
  }
}

async function startAll(site: SandboxSite, kind: Kind): Promise<Description> {
  const { world, dir, signal } = site;
  const pins = Object.entries(readPins(world)).map(([name, version]) => `${name} ${version}`);

  await runStep('System packages', async ({ say, note }) => {
    const installed = await installSystemPackages([...SERVER_NEEDS, WEB_NEEDS[kind]], { signal, onProgress: say });
    note(installed.length > 0 ? `installed ${installed.join(', ')}` : 'all there');
  });
  await runStep(`Python packages: ${pins.join(', ')}`, ({ say }) => installPulp(world, { signal, onProgress: say }));
  const revision = await runStep('Build of kpr', ({ say }) => build({ signal, onProgress: say }));
  const portBefore = recall(dir, portKeyOf(WEB_SERVER));
  const web = await runStep('Name and certificate of the push host', async ({ note }) => {
    const opened = await openWebSite(site);
    const isMoved = portBefore !== null && portBefore !== opened.port;
    note(isMoved ? `${opened.registry}, because somebody else took port ${portBefore}` : opened.registry);
    return opened;
  });
  const redis = await runStep('Redis', () => startRedis(site));
  const pulp = await runStep('Pulp with its PostgreSQL', ({ say }) =>
    startPulp({ world, dir, isTemporary: false, signal, onProgress: say }),
  );
  const katello = await runStep('Stand-in for Katello', () => startKatello(site, { pulp }));
  const [reactor, pushApi] = await runStep("Reactor, and Pulp's second API", () =>
    Promise.all([
      startReactor(site, { pulp, katello, redis, web, revision }),
      startPushApi(site, { world, realm: `${web.url}/token`, publicKeyFile: tokenKeyFileOf(site) }),
    ]),
  );
  await runStep(`Web server: ${kind}`, () =>
    startWebServer(site, web, kind, { pushApi: pushApi.socket, front: reactor.listen }),
  );

  const description = describeWorld(site, web, { pulp, katello, redis, reactor, pushApi });
  await keepDescription(site, description, reactor.env);
  return description;
}

async function pushFirst(description: Description, signal?: AbortSignal): Promise<void> {
  const { path, tag, image } = FIRST;
  const { digest } = image.manifest;
  await runStep(`First push, as dev: ${path}:${tag}`, async ({ say, note }) => {
    if ((await findListed(description, tag, digest)) !== undefined) return note('Katello lists it already');

    say('pushing');
    await pushAs(description, 'dev', FIRST, image, signal);
    say('waiting until Katello lists it');
    const listed = await waitUntilListed(description, tag, digest, signal);
    note(`Katello lists it in ${listed.repository}`);
  });
}
