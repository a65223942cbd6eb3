/** The daemon that some clients need: one of their own, in their own directory. */
import { ensureServer, expectRunning, type ServerSpec, stopServer } from '../../support/servers/process.ts';
import { waitFor } from '../../support/servers/wait.ts';
import type { Room } from './client.ts';

export interface Daemon {
  readonly stop: () => Promise<void>;
}

/** @throws ServerProblem with what it wrote last when it does not come up */
export async function startDaemon(
  { dir, env }: Room,
  spec: Pick<ServerSpec, 'name' | 'args'>,
  isReady: () => Promise<boolean>,
): Promise<Daemon> {
  const site = { dir, isTemporary: true };
  const server = await ensureServer(site, { ...spec, command: spec.name, env });
  const look = async (): Promise<true | undefined> => {
    await expectRunning([server]);
    return (await isReady()) || undefined;
  };
  await waitFor(spec.name, look, { timeoutMs: 30_000 });
  return { stop: async () => void (await stopServer(site, spec.name)) };
}
