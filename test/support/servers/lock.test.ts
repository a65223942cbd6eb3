import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { withLock } from './lock.ts';
import { ServerProblem } from './problem.ts';

describe('withLock', () => {
  let dir: string;
  let file: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kpr-lock-'));
    file = join(dir, 'some.lock');
  });

  afterEach(() => rm(dir, { recursive: true }));

  it('lets one work after the other', async () => {
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
    };

    await Promise.all([withLock(file, work('x')), withLock(file, work('y'))]);

    const [first = ''] = steps;
    const other = first.startsWith('x') ? 'y' : 'x';
    expect(steps.slice(1)).to.deep.equal([first.replace('begins', 'ends'), `${other} begins`, `${other} ends`]);
  });

  it('is free again after a failure', async () => {
    await withLock(file, () => Promise.reject(new Error('broken'))).catch(() => undefined);

    expect(await withLock(file, async () => 'done', { isImpatient: true })).to.equal('done');
  });

  it('turns the impatient away', async () => {
    const problem: unknown = await withLock(file, () =>
      withLock(file, async () => 'never', { isImpatient: true }).catch((error: unknown) => error),
    );

    expect(problem).to.be.instanceOf(ServerProblem);
  });

  it('ends the waiting on abort', async () => {
    const problem: unknown = await withLock(file, () =>
      withLock(file, async () => 'never', { signal: AbortSignal.timeout(100) }).catch((error: unknown) => error),
    );

    expect(problem).to.be.instanceOf(DOMException).with.property('name', 'TimeoutError');
  });
});
