import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { z } from 'zod';
import { createImage } from '../support/image/image.ts';
import { startTrial, type Trial } from '../support/katello/trial.ts';
import { makeTemporaryDir } from '../support/servers/temporary.ts';
import { until } from '../support/until.ts';

const image = createImage({ seed: 'process' });
const MAIN = new URL('../support/katello/main.ts', import.meta.url).pathname;
const SEED = new URL('../support/katello/seeds/sandbox.json', import.meta.url).pathname;

describe("Katello's stand-in", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await makeTemporaryDir('katello');
  });
  afterEach(() => rm(dir, { recursive: true }));

  describe('with a state file', () => {
    let trial: Trial;
    const statePath = () => join(dir, 'state.json');
    const restart = async () => {
      await trial.standIn.close();
      trial = await trial.reopen({ statePath: statePath() });
    };

    beforeEach(async () => {
      trial = await startTrial('5.0.1', { statePath: statePath() });
    });
    afterEach(() => trial.close());

    it('knows after a restart what it knew', async () => {
      const id = await trial.createRepository('kept');
      await trial.pushInto(id, 'one', image);
      await trial.ended(await trial.importTag(id, 'one', image));
      await trial.settled();
      const before = await trial.world();

      await restart();

      expect(await trial.world()).to.deep.equal(before);
      expect(await trial.listTags(id)).to.deep.equal({ one: image.manifest.digest });
    });

    it('goes on with a task that the restart interrupted, without repeating what was done', async () => {
      const id = await trial.createRepository('interrupted');
      await trial.pushInto(id, 'one', image);
      await trial.control('POST /tasks/hold', { label: 'ImportUpload', step: 'metadata' });
      const accepted = await trial.importTag(id, 'one', image);
      await until('the tag', () => trial.pulp.requests.some(({ url }) => url.endsWith('/tag/')));
      await until('the hold', async () => (await trial.parked()) > 0);

      await restart();

      expect(await trial.ended(accepted)).to.include({ state: 'stopped', result: 'success' });
      expect(trial.pulp.requests.filter(({ url }) => url.endsWith('/tag/'))).to.have.length(1);
    });

    it('keeps it readable for its owner alone, and whole', async () => {
      await trial.createRepository('written');

      const text = await until('the file', () => readFile(statePath(), 'utf8').catch(() => null));

      expect(JSON.parse(text)).to.have.property('repositories');
      expect((await stat(statePath())).mode & 0o777).to.equal(0o600);
    });
  });

  describe('as a process', () => {
    const children: ChildProcess[] = [];
    afterEach(() => {
      for (const child of children) child.kill('SIGKILL');
    });

    function run(...args: string[]): ChildProcess {
      const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      return child;
    }

    it('says in one line where it listens, and ends on SIGTERM', async () => {
      const child = run('--pulp-url', 'http://127.0.0.1:1', '--seed', SEED, '--state', join(dir, 'state.json'));
      const lines: string[] = [];
      const output = createInterface({ input: child.stdout ?? expect.fail('no stdout') });
      output.on('line', (line) => lines.push(line));
      await once(output, 'line');

      const { listening, control } = Ready.parse(JSON.parse(lines.join()));
      const status = await fetch(new URL('/katello/api/v2/status', listening));
      const world = await fetch(new URL('/world', control));
      const ended = once(child, 'exit');
      child.kill('SIGTERM');

      expect([status.status, world.status]).to.deep.equal([200, 200]);
      expect(await ended).to.deep.equal([0, null]);
      expect(lines).to.have.length(1);
      expect(JSON.parse(await readFile(join(dir, 'state.json'), 'utf8'))).to.have.nested.property(
        'organizations[0].label',
        'acme',
      );
    }).timeout(20_000); // a process of its own has to compile itself first

    it('says what is wrong with its arguments', async () => {
      const child = run('--version', '5.0.1');
      let told = '';
      child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));

      expect(await once(child, 'close')).to.deep.equal([1, null]);
      expect(told).to.equal('--pulp-url is missing\n');
    }).timeout(20_000);
  });
});

const Ready = z.object({ listening: z.url(), control: z.url() });
