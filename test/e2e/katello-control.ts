/** Trouble in Katello on demand, through the control port of its stand-in. */
import { z } from 'zod';
import type { RunningWorld } from '../support/servers/world.ts';

const World = z.object({ tasks: z.array(z.object({ label: z.string(), state: z.string() })) });

/** The task that publishes what was pushed. */
export const PUBLISH = 'Actions::Katello::Repository::ImportUpload';

/** Lets tasks whose label contains the text wait before each step, until `releaseTasks`. */
export async function holdTasks(world: RunningWorld, label: string): Promise<void> {
  await control(world, 'POST', '/tasks/hold', { label });
}

export async function releaseTasks(world: RunningWorld): Promise<void> {
  await control(world, 'POST', '/tasks/release', {});
}

/** True while a task of this label is under way. */
export async function isUnderWay(world: RunningWorld, label: string): Promise<boolean> {
  const { tasks } = World.parse(await control(world, 'GET', '/world'));
  return tasks.some((task) => task.label === label && task.state !== 'stopped');
}

async function control(world: RunningWorld, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${world.katello.controlUrl}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`the stand-in answered ${answer.status} to ${method} ${path}`);
  return answer.json();
}
