/** Every registry client that this machine has or can get, against the push host, over TLS. */
import { inParallel } from '../../support/faults/in-parallel.ts';
import { isLong } from '../../support/faults/settings.ts';
import { WORLDS, type World } from '../../support/servers/pins.ts';
import { KINDS, type Kind } from '../../support/web-server/web-server.ts';
import { CLIENTS } from './clients/all.ts';
import { openPushSite, type PushSite } from './push-site.ts';
import type { Scenario } from './scenario.ts';
import { beginSlowPush, PUBLISHED, type SlowPush } from './scenarios/lasting.ts';
import { MOUNTING } from './scenarios/mounting.ts';
import { PUSHING } from './scenarios/pushing.ts';
import { REFUSING } from './scenarios/refusing.ts';
import { type Entry, openSuite, type Suite } from './suite.ts';
import { type Cell, renderTable } from './table.ts';

const SITES: readonly (readonly [World, Kind])[] = isLong
  ? WORLDS.flatMap((world) => KINDS.map((kind) => [world, kind] as const))
  : [['a', 'apache']];

/** Clients at work at once: they wait for Pulp about as long as they keep a processor busy. */
const WIDTH = 4;

for (const [world, kind] of SITES) {
  describe(`a registry client through ${kind} (world ${world})`, function () {
    this.timeout(300_000); // a token has to run out, and all clients share the processors
    const cells: Cell[] = [];
    const slow = new Map<string, SlowPush>();
    let site: PushSite | undefined;
    let suite: Suite | undefined;

    before(async function () {
      this.timeout(600_000); // the first time, clients are fetched or built
      site = await openPushSite(world, kind);
      suite = await openSuite(CLIENTS, site);
      for (const entry of suite.entries) if (entry.isFound) slow.set(entry.client.name, beginSlowPush(entry.trial));
    });
    after(async () => {
      await suite?.close();
      await site?.close();
      const names = scenarios.map(({ name }) => name);
      const table = renderTable(suite?.entries ?? [], names, cells);
      process.stdout.write(`\nRegistry clients through ${kind}, world ${world}\n\n${table}\n\n`);
    });

    const tokenRunsOut: Scenario = {
      name: 'token runs out',
      rule: 'goes on when its token runs out in mid-push',
      run: async ({ client }) => (await slow.get(client.name)?.finish()) ?? '',
    };
    const scenarios = [...PUSHING, PUBLISHED, ...MOUNTING, ...REFUSING, tokenRunsOut];
    for (const scenario of scenarios) {
      describe(scenario.rule, () => {
        const outcomes = new Map<string, Outcome>();
        before(async () => {
          await inParallel(WIDTH, suite?.entries ?? [], async (entry) => {
            const outcome = await tryOut(entry, scenario);
            outcomes.set(entry.client.name, outcome);
            cells.push({ client: entry.client.name, scenario: scenario.name, text: tell(outcome) });
          });
        });
        for (const { name } of CLIENTS) {
          it(name, function () {
            const outcome = outcomes.get(name);
            if (outcome?.kind === 'failed') throw outcome.error;
            if (outcome?.kind === 'done') return;
            if (this.test) this.test.title += `: ${outcome?.reason ?? 'not tried'}`;
            this.skip();
          });
        }
      });
    }
  });
}

/** What became of a client in a scenario. */
type Outcome =
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'left out'; readonly reason: string };

async function tryOut(entry: Entry, scenario: Scenario): Promise<Outcome> {
  if (!entry.isFound) return { kind: 'left out', reason: entry.reason };
  const lacks = entry.client.lacks[scenario.name];
  if (lacks !== undefined) return { kind: 'left out', reason: lacks };
  return scenario.run(entry.trial).then(
    (text) => ({ kind: 'done', text }),
    (error: unknown) => ({ kind: 'failed', error }),
  );
}

function tell(outcome: Outcome): string {
  if (outcome.kind === 'done') return outcome.text;
  return outcome.kind === 'failed' ? 'FAILS' : `– (${outcome.reason})`;
}
