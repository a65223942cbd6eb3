/** Command line of the stand-in: one JSON line on stdout when it is ready, SIGTERM ends it. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Address, type StandInOptions, startKatelloStandIn } from './stand-in.ts';
import { Seed } from './state/seed.ts';

async function main(): Promise<void> {
  const standIn = await startKatelloStandIn(await readOptions());
  process.stdout.write(`${JSON.stringify({ listening: standIn.url, control: standIn.controlUrl })}\n`);

  const stop = (): void => {
    standIn.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function readOptions(): Promise<StandInOptions> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:0' },
      control: { type: 'string', default: '127.0.0.1:0' },
      'pulp-url': { type: 'string' },
      'pulp-login': { type: 'string', default: 'admin' },
      'pulp-password': { type: 'string', default: '' },
      version: { type: 'string', default: '5.0.1' },
      state: { type: 'string' },
      seed: { type: 'string' },
      latency: { type: 'string', default: 'fast' },
      'foreman-url': { type: 'string' },
    },
  });
  const url = values['pulp-url'];
  if (url === undefined) throw new TypeError('--pulp-url is missing');
  if (values.latency !== 'fast' && values.latency !== 'real') throw new TypeError('--latency is fast or real');
  return {
    listen: addressOf(values.listen),
    control: addressOf(values.control),
    pulp: { url, login: values['pulp-login'], password: values['pulp-password'] },
    version: values.version,
    latency: values.latency,
    ...(values.state === undefined ? {} : { statePath: values.state }),
    ...(values.seed === undefined ? {} : { seed: Seed.parse(JSON.parse(await readFile(values.seed, 'utf8'))) }),
    ...(values['foreman-url'] === undefined ? {} : { foremanUrl: values['foreman-url'] }),
  };
}

function addressOf(text: string): Address {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port)) throw new TypeError(`not an address: ${text}`);
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port };
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
