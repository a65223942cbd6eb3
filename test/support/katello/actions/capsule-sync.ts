/** CapsuleSync and CapsuleContent::Sync: what an import schedules for the proxies that carry the repository. */
import type { App } from '../app.ts';
import type { Repository } from '../state/rows.ts';
import type { Run } from '../tasks/engine.ts';

/** Schedules the proxies, if the installation syncs them by itself. */
export async function scheduleCapsuleSync(_app: App, _run: Run, _repository: Repository): Promise<void> {
  await Promise.resolve();
}
