import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../../support/until.ts';
import { type DaemonBench, openDaemonBench, type Serving } from './bench.ts';

describe('kpr serve, told to read its configuration again', function () {
  this.timeout(60_000); // starts processes

  let bench: DaemonBench;
  let daemon: Serving;

  before(async () => {
    bench = await openDaemonBench();
    await write('');
    daemon = bench.serve({}, ['--env-file', envFile()]);
    await daemon.untilReady();
  });

  after(() => bench.close());

  const envFile = () => join(bench.stateDir, 'kpr.env');
  const write = (text: string) => writeFile(envFile(), text);
  const readings = () => daemon.log().filter(({ message }) => message.startsWith('configuration '));
  const reload = async () => {
    const { length } = readings();
    daemon.process.kill('SIGHUP');
    return until('another reading', () => readings()[length]);
  };

  it('takes over another log level', async () => {
    await write('KPR_LOG_LEVEL=debug\n');

    const line = await reload();

    expect(line).to.deep.include({ level: 'info', takenOver: ['KPR_LOG_LEVEL'] });
    await until('a line for debugging', () => daemon.log().some(({ level }) => level === 'debug'), 10_000);
  });

  it('names what waits for a restart', async () => {
    await write('KPR_LOG_LEVEL=info\nKPR_CONCURRENCY=8\n');

    const line = await reload();

    expect(line).to.deep.include({ level: 'warn', needRestart: ['KPR_CONCURRENCY'], takenOver: ['KPR_LOG_LEVEL'] });
  });

  it('goes on as before with a wrong configuration, and says what is wrong', async () => {
    await write('KPR_LOG_LEVEL=loud\n');

    const line = await reload();

    expect(line).to.include({ level: 'error', errorCode: 'E_CONFIG' });
    expect(line['error']).to.contain('KPR_LOG_LEVEL: must be error, warn, info or debug');
    expect((await daemon.ask('/readyz'))?.status).to.equal(200);
  });

  it('still ends in good order', async () => {
    expect((await daemon.stop()).code).to.equal(0);
  });
});
