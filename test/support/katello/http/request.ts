/** A request as controllers see it: parameters of path, body and query in one, and who asks. */
import type { Organization, User } from '../state/rows.ts';
import { foremanFailure } from './failure.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  /** id of the request; tasks and calls to Pulp carry it */
  readonly requestId: string;
  readonly user: User;
  /** the organization that `organization_id` named, or null */
  readonly organization: Organization | null;
  /** keys of the JSON body; empty when there was none */
  readonly body: Readonly<Record<string, unknown>>;
  /** a parameter wherever it stands: path first, then body, then query; undefined when absent */
  param(name: string): unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** The parameter as text; null when absent or null. */
export function textParam(call: Call, name: string): string | null {
  const value = call.param(name);
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw foremanFailure(400, `bad value for ${name}`);
}

/** The parameter as an integer, read as Rails reads ids: leading digits count, anything else is 0. */
export function idParam(call: Call, name: string): number | null {
  const text = textParam(call, name);
  return text === null ? null : toId(text);
}

export function toId(text: string): number {
  return Number.parseInt(/^\s*\d+/.exec(text)?.[0] ?? '0', 10);
}

/** Rails' cast: true, "true", "t", 1, "yes" … ; null when absent. */
export function flagParam(call: Call, name: string): boolean | null {
  const text = textParam(call, name);
  return text === null ? null : ['true', 't', 'yes', 'y', 'on', '1'].includes(text.toLowerCase());
}
