import { expect } from 'chai';
import { EXIT } from '../../../lib/cli/exit.ts';
import { type WaitOptions, waitVerb } from '../../../lib/cli/wait.ts';
import { answering, collect, failureOf, PLAIN } from './bench.ts';

const options: WaitOptions = { ...PLAIN, timeout: '300' };
const arrival = (over: object = {}) => ({
  path: 'acme/api',
  isDone: false,
  push: { state: 'running', stage: 'publish' },
  message: 'acme/api:1 is running, publish',
  error: null,
  ...over,
});
const done = arrival({ isDone: true, message: 'acme/api:1 is served by Katello' });

describe('kpr wait', () => {
  it('asks until it is there, and says so', async () => {
    const { io, written } = collect();
    const { api, asked } = answering(arrival(), arrival(), done);

    await waitVerb(io, api, 'acme/api:1', { ...options, proxy: ['a', 'b'] });

    expect(asked).to.have.lengthOf(3);
    expect(asked[0]?.[1]).to.deep.equal({ ref: 'acme/api:1', proxy: ['a', 'b'], timeoutSeconds: '0.000' });
    expect(asked[1]?.[1]).to.include({ timeoutSeconds: '10.000' });
    expect(written().stdout).to.equal('acme/api:1 is served by Katello\n');
    expect(written().stderr).to.equal('acme/api:1  publish  0 s\nacme/api:1  served  0 s\n');
  });

  it('gives up when the time is over', async () => {
    const { io } = collect();
    const { api } = answering(arrival());

    const { exitCode, reason, message } = await failureOf(
      waitVerb(io, api, 'acme/api:1', { ...options, timeout: '0' }),
    );

    expect(exitCode).to.equal(EXIT.timedOut);
    expect(reason).to.equal('timed-out');
    expect(message).to.equal('acme/api:1 is running, publish, after 0 s');
  });

  const errors: [string, number][] = [
    ['E_REFUSED', EXIT.refused],
    ['E_TASK_FAILED', EXIT.failed],
  ];
  for (const [code, exitCode] of errors) {
    it(`ends at once with ${exitCode} when it will not come: ${code}`, async () => {
      const error = { code, reason: null, message: 'no', hint: null };
      const { api, asked } = answering(arrival({ error }));

      expect(await failureOf(waitVerb(collect().io, api, 'acme/api', options))).to.include({ exitCode });
      expect(asked).to.have.lengthOf(1);
    });
  }

  it('prints the answer alone as JSON, and nothing when it is quiet', async () => {
    const [json, quiet] = [collect(), collect()];

    await waitVerb(json.io, answering(done).api, 'acme/api', { ...options, output: 'json', quiet: true });
    await waitVerb(quiet.io, answering(done).api, 'acme/api', { ...options, quiet: true });

    expect(JSON.parse(json.written().stdout)).to.deep.equal(done);
    expect(quiet.written()).to.deep.equal({ stdout: '', stderr: '' });
  });

  it('draws one line again at a terminal', async () => {
    const { io, written } = collect({}, undefined, true);

    await waitVerb(io, answering(arrival(), done).api, 'acme/api', options);

    expect(written().stderr.match(/\n/g)).to.have.lengthOf(1);
    expect(written().stderr.match(/\r/g)).to.have.lengthOf(2);
  });

  for (const timeout of ['soon', '-1', '86401', '']) {
    it(`refuses to wait for '${timeout}' seconds`, async () => {
      const failure = await failureOf(waitVerb(collect().io, answering(done).api, 'a/b', { ...options, timeout }));

      expect(failure.exitCode).to.equal(EXIT.usage);
    });
  }
});
