/**
 * One push to a repository that is large: five thousand tags, or four thousand images without a tag. The daemon is the
 * real one; Pulp is one in memory, into which as much is pushed in a minute instead of an hour.
 */
import { push } from '../../../test/support/image/push.ts';
import { startKatelloStandIn } from '../../../test/support/katello/stand-in.ts';
import { readSeed } from '../../../test/support/lab.ts';
import { type FakePulp, startFakePulp } from '../../../test/support/pulp/fake-pulp.ts';
import { PREFIX } from '../../../test/support/servers/reactor.ts';
import { type Bench, figure } from '../bench.ts';
import { between } from '../counters.ts';
import { type Daemon, rest, waitUntilVerified } from '../daemon.ts';
import { createVariant } from '../images.ts';
import type { Lab } from '../lab.ts';
import type { Figure } from '../report.ts';

const FEW_TAGS = 5;
const MANY_TAGS = 5_000;
const UNTAGGED = 4_000;
const CPU_S = 2;
const MEMORY_MB = 250;
/** The pace of the publish before has run out by then. */
const PACE_MS = 20_000;

/** What one push cost. */
interface Cost {
  readonly pulp: number;
  readonly katello: number;
  readonly cpuSeconds: number;
}

export const benchLarge: Bench = async (lab, say) => {
  const pulp = await startFakePulp({ world: lab.world });
  const standIn = await startKatelloStandIn({ pulp, version: '5.0.1', latency: 'fast', seed: await readSeed('') });
  try {
    const env = {
      KPR_PULP_URL: pulp.url,
      KPR_PULP_LOGIN: pulp.login,
      KPR_PULP_PASSWORD: pulp.password,
      KPR_KATELLO_URL: standIn.url,
      KPR_REDIS_PREFIX: '{large}',
    };
    const daemon = await lab.startDaemon(env);
    const site: Site = { lab, pulp, daemon, say };
    const few = await measureTags(site, FEW_TAGS);
    const many = await measureTags(site, MANY_TAGS);
    const { peakMemoryMb } = await daemon.readUsage();
    const pages = 2 * (Math.ceil((MANY_TAGS + 1) / 1000) - 1);

    await addUntagged(site);
    const kept = await measureRetag(site, UNTAGGED_PATH);
    const removing = await lab.startDaemon({ ...env, KPR_SUPERSEDED: 'remove' });
    const removed = await measureRetag({ ...site, daemon: removing }, UNTAGGED_PATH);
    const { peakMemoryMb: removingMb } = await removing.readUsage();
    return [
      ...figuresOf(`${FEW_TAGS} tags`, few),
      ...figuresOf(`${MANY_TAGS} tags`, many, CPU_S),
      figure(
        `${MANY_TAGS} tags: calls beyond those of ${FEW_TAGS} and Pulp's pages`,
        many.pulp + many.katello - few.pulp - few.katello - pages,
        '',
        0,
      ),
      figure(`${MANY_TAGS} tags: most memory`, peakMemoryMb, 'MB', MEMORY_MB),
      ...figuresOf(`${UNTAGGED} untagged, kept`, kept),
      ...figuresOf(`${UNTAGGED} untagged, removed`, removed),
      figure(`${UNTAGGED} untagged: most memory`, removingMb, 'MB', MEMORY_MB),
    ];
  } finally {
    await lab.stopDaemon();
    await standIn.close();
    await pulp.close();
  }
};

interface Site {
  readonly lab: Lab;
  readonly pulp: FakePulp;
  readonly daemon: Daemon;
  readonly say: (line: string) => void;
}

const UNTAGGED_PATH = 'acme/web/untagged';

async function measureTags(site: Site, count: number): Promise<Cost> {
  const path = `acme/web/tags-${count}`;
  site.say(`${count} tags`);
  const begunAt = Date.now();
  for (let n = 1; n < count; n += 1) await pushTo(site, path, `t${n}`, `${n}`);
  await pushTo(site, path, 'latest', 'first');
  await waitUntilVerified(site.daemon, path, begunAt);
  return measureRetag(site, path);
}

async function measureRetag(site: Site, path: string): Promise<Cost> {
  const { daemon, lab } = site;
  site.say(`a push to ${path}`);
  await rest(PACE_MS, lab.site.signal);
  const [before, usedBefore, begunAt] = [await daemon.readCounters(), await daemon.readUsage(), Date.now()];
  await pushTo(site, path, 'latest', `at ${begunAt}`);
  await waitUntilVerified(daemon, path, begunAt);
  const { pulp, katello, looks } = between(before, await daemon.readCounters());
  const { cpuSeconds } = await daemon.readUsage();
  return { pulp: pulp - looks, katello, cpuSeconds: cpuSeconds - usedBefore.cpuSeconds };
}

/** Katello's repository gets images that no tag names, as years of moved tags leave them. */
async function addUntagged(site: Site): Promise<void> {
  const { daemon, lab, pulp, say } = site;
  say(`${UNTAGGED} images without a tag`);
  const begunAt = Date.now();
  await pushTo(site, UNTAGGED_PATH, 'latest', 'first');
  const { katello } = await waitUntilVerified(daemon, UNTAGGED_PATH, begunAt);
  for (let n = 0; n < UNTAGGED; n += 1) await push(pulp, 'old/images', 'moved', createVariant('old', `${n}`));
  const clients = lab.clientsOf(daemon);
  const repository = await clients.katello.findRepository(katello.repositoryId ?? -1);
  const targetHref = repository?.version_href?.split('versions/')[0] ?? '';
  const old = await clients.pulp.findDistribution('old/images');
  const [from] = await clients.pulp.readRepositories([old?.repository ?? '']);
  const images = await clients.pulp.listManifests(from?.latest_version_href ?? '');
  const units = images.map(({ pulp_href: href }) => href);
  await clients.pulp.waitForTask(
    await clients.pulp.addContent(targetHref, units, { correlationId: crypto.randomUUID() }),
  );
}

async function pushTo({ pulp }: Site, path: string, tag: string, variant: string): Promise<void> {
  await push(pulp, `${PREFIX}/${path}`, tag, createVariant(path, variant));
}

function figuresOf(what: string, { pulp, katello, cpuSeconds }: Cost, cpuTarget?: number): Omit<Figure, 'bench'>[] {
  return [
    figure(`${what}: requests to Pulp`, pulp, ''),
    figure(`${what}: requests to Katello`, katello, ''),
    figure(`${what}: the daemon's CPU`, cpuSeconds, 's', cpuTarget),
  ];
}
