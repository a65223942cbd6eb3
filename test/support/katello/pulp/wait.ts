/** Waiting for Pulp's tasks as Katello's steps do: look at once, then with growing gaps. */
import { type App, pulpCallOf } from '../app.ts';
import type { Run } from '../tasks/engine.ts';
import { StepError } from '../tasks/step-error.ts';
import type { PulpTask } from './shapes.ts';

const FINAL = ['completed', 'failed', 'canceled', 'skipped'];

/** @throws StepError when the task failed */
export async function waitForPulpTask(app: App, run: Run, href: string): Promise<PulpTask> {
  for (let attempt = 0; ; attempt++) {
    const task = await app.pulp.readTask(href, pulpCallOf(run));
    if (task.state === 'completed') return task;
    if (FINAL.includes(task.state)) {
      const description = task.error?.['description'] ?? `task ${task.state}`;
      throw new StepError('Katello::Errors::Pulp3Error', typeof description === 'string' ? description : task.state);
    }
    await app.latency.poll(attempt, run.signal);
  }
}
