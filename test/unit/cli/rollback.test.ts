import { expect } from 'chai';
import { EXIT } from '../../../lib/cli/exit.ts';
import { type RollbackOptions, rollbackVerb } from '../../../lib/cli/rollback.ts';
import { answering, collect, failureOf, PLAIN } from './bench.ts';

const [older, newer] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
const planned = { path: 'acme/api', tag: '1', from: newer, to: older, version: 2, dryRun: true };
const options: RollbackOptions = { ...PLAIN, to: older, yes: true };

describe('kpr rollback', () => {
  it('plans, asks, and rolls back', async () => {
    const { io, written } = collect();
    const { api, asked } = answering(planned, { ...planned, version: 3, dryRun: false });

    await rollbackVerb(io, api, 'push.example.com:5000/acme/api:1', { ...options, reason: 'slow' });

    const order = { path: 'push.example.com:5000/acme/api', tag: '1', digest: older, reason: 'slow' };
    expect(asked).to.deep.equal([
      ['rollback', { ...order, dryRun: true }],
      ['rollback', { ...order, dryRun: false }],
    ]);
    expect(written().stdout).to.equal(
      '~ acme/api:1  sha256:bbbb… → sha256:aaaa…\npush version 3; kpr wait acme/api:1 tells when it is served\n',
    );
  });

  it('changes nothing in a dry run, and says so last', async () => {
    const { io, written } = collect();
    const { api, asked } = answering(planned);

    await rollbackVerb(io, api, 'acme/api:1', { ...options, yes: false, dryRun: true });

    expect(asked).to.have.lengthOf(1);
    expect(written().stdout).to.equal('~ acme/api:1  sha256:bbbb… → sha256:aaaa…\ndry run: nothing was changed\n');
  });

  it('wants a yes, or --yes where there is nobody to ask', async () => {
    const { api, asked } = answering(planned);

    const failure = await failureOf(rollbackVerb(collect().io, api, 'acme/api:1', { ...options, yes: false }));

    expect(failure).to.include({ exitCode: EXIT.usage, hint: 'give --yes to do it' });
    expect(asked).to.have.lengthOf(1);
  });

  it('does nothing where the tag names that image already', async () => {
    const { io, written } = collect();
    const { api, asked } = answering({ ...planned, from: older });

    await rollbackVerb(io, api, 'acme/api:1', { ...options, yes: false });

    expect(asked).to.have.lengthOf(1);
    expect(written().stdout).to.equal('= acme/api:1  names it already\n');
  });

  for (const ref of ['acme/api', 'acme/api@sha256:aa', 'host:5000/acme/api', 'api:1', 'acme/api:1:2']) {
    it(`refuses ${ref}, which is no PATH:TAG`, async () => {
      const failure = await failureOf(rollbackVerb(collect().io, answering(planned).api, ref, options));

      expect(failure.exitCode).to.equal(EXIT.usage);
    });
  }
});
