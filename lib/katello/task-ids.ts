/** Which tasks a refusal of Katello names. */
import { HttpStatusError } from '../errors.ts';

const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gu;

/**
 * The ids in Katello's text, each once, in its order; empty when it names none or the failure is of another kind. They are
 * candidates to be looked up: other ids may stand in the text too, and nothing may be decided by them alone.
 *
 * @see Katello 4.14 to 5.0: a lock conflict and a running content view publish list
 *   `https://host/foreman_tasks/tasks/<uuid>`; a failed synchronous call begins with `Task <uuid>: `
 */
export function taskIdsIn(error: unknown): string[] {
  return error instanceof HttpStatusError ? [...new Set(error.failure.detail.match(UUID))] : [];
}
