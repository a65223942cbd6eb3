import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import { ALARMS } from '../../../lib/domain/reason.ts';
import { createMetrics } from '../../../lib/metrics.ts';

const Panel = z.object({
  id: z.number(),
  title: z.string(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z
    .array(z.object({ expr: z.string(), datasource: z.object({ uid: z.literal('${datasource}') }) }))
    .default([]),
});
const Dashboard = z.object({ uid: z.string(), schemaVersion: z.number(), panels: z.array(Panel) });

const readDeployed = (name: string) =>
  readFileSync(new URL(`../../../scripts/deploy/${name}`, import.meta.url), 'utf8');

/** Name → type, as Prometheus is told. */
async function listMetrics(): Promise<Map<string, string>> {
  const { body } = await createMetrics('1', {
    readQueues: async () => [],
    readLag: async () => 0,
    countFailedPaths: async () => 0,
    countOrphans: async () => ({}),
    countBehind: async () => ({}),
    countAlarms: async () => ({}),
    isRedisUp: () => true,
  }).render();
  return new Map([...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
}

/** Every series that expressions ask for, as the metric that it belongs to. */
function metricsIn(text: string, metrics: ReadonlyMap<string, string>): string[] {
  const series = [...new Set(text.match(/\bkpr_\w+/g))];
  return series.map((name) => {
    const histogram = name.replace(/_(?:bucket|sum|count)$/, '');
    return metrics.get(histogram) === 'histogram' && histogram !== name ? histogram : name;
  });
}

describe('grafana.json', () => {
  const { panels } = Dashboard.parse(JSON.parse(readDeployed('grafana.json')));
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');

  it('shows every metric of the code, and no other', async () => {
    const metrics = await listMetrics();

    expect(new Set(metricsIn(expressions, metrics))).to.deep.equal(new Set(metrics.keys()));
  });

  it('never asks for a histogram as if it were a number', async () => {
    const metrics = await listMetrics();

    const bare = expressions.match(/\bkpr_\w+/g)?.filter((name) => metrics.get(name) === 'histogram');

    expect(bare).to.deep.equal([]);
  });

  it('has panels that do not cover each other', () => {
    const taken = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );

    expect(new Set(taken).size).to.equal(taken.length);
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).to.deep.equal([]);
  });
});

describe('kpr-alerts.yml', () => {
  const rules = readDeployed('kpr-alerts.yml');

  it('asks for metrics of the code only', async () => {
    const metrics = await listMetrics();

    expect(metricsIn(rules, metrics).filter((name) => !metrics.has(name))).to.deep.equal([]);
  });

  it('has a rule for each alarm', () => {
    const named = [...rules.matchAll(/kpr_alarms\{alarm="([\w-]+)"\}/g)].map(([, alarm]) => alarm);

    expect(named).to.have.members([...ALARMS]);
  });

  it('says of each rule what it means and how bad it is', () => {
    const count = (pattern: RegExp) => rules.match(pattern)?.length;

    expect(count(/^ {10}summary: ./gm)).to.equal(count(/- alert: /g));
    expect(count(/^ {10}description: ./gm)).to.equal(count(/- alert: /g));
    expect(count(/severity: (?:warning|critical) /g)).to.equal(count(/- alert: /g));
  });
});
