/** `npm run bench`: measures the reactor in a sandbox of its own. It asserts nothing: it prints targets and what came out. */
import { setMaxListeners } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { isAbort } from '../../lib/errors.ts';
import { WORLDS, type World } from '../../test/support/servers/pins.ts';
import { runStep } from '../../test/support/servers/sandbox/step.ts';
import type { Bench } from './bench.ts';
import { benchBurst } from './benches/burst.ts';
import { benchCalls } from './benches/calls.ts';
import { benchCrowd } from './benches/crowd.ts';
import { benchDetector } from './benches/detector.ts';
import { benchHints } from './benches/hints.ts';
import { benchIdle } from './benches/idle.ts';
import { benchLarge } from './benches/large.ts';
import { benchLayer } from './benches/layer.ts';
import { benchPages } from './benches/pages.ts';
import { benchPush } from './benches/push.ts';
import { benchToken } from './benches/token.ts';
import { benchWatched } from './benches/watched.ts';
import { type Lab, openLab } from './lab.ts';
import { describeMachine, readLoad } from './machine.ts';
import { type Figure, Report } from './report.ts';
import { formatReport } from './show.ts';

/** In this order: the last one leaves a Pulp full of rows behind. */
const BENCHES: Readonly<Record<string, Bench>> = {
  calls: benchCalls,
  push: benchPush,
  idle: benchIdle,
  burst: benchBurst,
  token: benchToken,
  pages: benchPages,
  hints: benchHints,
  watched: benchWatched,
  layer: benchLayer,
  large: benchLarge,
  crowd: benchCrowd,
  detector: benchDetector,
};

interface Options {
  readonly world: World;
  readonly katello: 'real' | 'fast';
  readonly only?: string;
  readonly json?: string;
  readonly compare?: string;
}

async function main(): Promise<void> {
  const interrupt = new AbortController();
  setMaxListeners(0, interrupt.signal); // every request listens to it
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  const options = new Command('bench')
    .description('Measures the reactor with a real Pulp and a Katello as slow as recorded; an hour in all')
    .addOption(new Option('--only <name>', 'one bench').choices(Object.keys(BENCHES)))
    .addOption(
      new Option('--world <world>', 'a: the Pulp of Katello 4.21 to 5.1, b: the newest').choices(WORLDS).default('a'),
    )
    .addOption(
      new Option('--katello <latency>', 'real: as slow as recorded; fast: it takes no time')
        .choices(['real', 'fast'])
        .default('real'),
    )
    .option('--json <file>', 'writes the figures into this file')
    .option('--compare <file>', 'shows those of an earlier run beside them')
    .parse()
    .opts<Options>();

  const earlier = options.compare === undefined ? null : await readReport(options.compare);
  const lab = await runStep(`World ${options.world}`, ({ say }) =>
    openLab(options.world, options.katello, { onProgress: say, signal: interrupt.signal }),
  );
  try {
    const report = await runBenches(lab, options);
    process.stdout.write(`\n${(await formatReport(report, earlier)).join('\n')}\n`);
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await lab.close();
  }
}

async function runBenches(lab: Lab, { only }: Options): Promise<Report> {
  const startedAt = new Date().toISOString();
  const load: Record<string, number> = {};
  const figures: Figure[] = [];
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (only !== undefined && only !== name) continue;
    load[name] = readLoad();
    const measured = await runStep(`Bench ${name}`, ({ say }) => bench(lab, say));
    figures.push(...measured.map((one) => ({ bench: name, ...one })));
  }
  return {
    schemaVersion: 1,
    startedAt,
    world: lab.world,
    katello: lab.latency,
    machine: describeMachine(),
    load,
    figures,
  };
}

async function readReport(file: string): Promise<Report> {
  return Report.parse(JSON.parse(await readFile(file, 'utf8')));
}

await main().catch((error: unknown) => {
  if (!isAbort(error)) throw error;
  process.exitCode = 130;
});
