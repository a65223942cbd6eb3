/** Tasks of Pulp as its REST API shows them. */
import type { Task } from '../../lib/pulp/schema.ts';

const PUSH = 'pulp_container.app.tasks.download_image_data.aadd_and_remove';

/** A uuid that ends in the number. */
export function uuidOf(number: number): string {
  return `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

/** A time so many seconds after some noon. */
export function noonPlus(seconds: number): string {
  const whole = Math.floor(seconds);
  const micros = Math.round((seconds - whole) * 1e6);
  return new Date(Date.UTC(2026, 10, 24, 12, 0, whole))
    .toISOString()
    .replace('000Z', `${String(micros).padStart(6, '0')}Z`);
}

/** A completed push task without result, unless told otherwise. */
export function pushTask(number: number, changes: Partial<Task> = {}): Task {
  return {
    pulp_href: `/pulp/api/v3/tasks/${uuidOf(number)}/`,
    name: PUSH,
    state: 'completed',
    pulp_created: noonPlus(number),
    created_resources: [],
    reserved_resources_record: [],
    ...changes,
  };
}
