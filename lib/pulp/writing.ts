/** What every write to Pulp has in common. */
import type { CallOptions } from '../http/options.ts';
import type { WriteOptions } from './pulp.ts';

/**
 * Marks the write as ours. All writes of the port may be repeated: `add/` and `remove/` make no version when nothing
 * changes, and labels are set to a value (pulp_container 2.27, 2.30).
 */
export function writing({ correlationId, signal }: WriteOptions): CallOptions {
  return { headers: { 'correlation-id': correlationId }, isIdempotent: true, signal };
}
