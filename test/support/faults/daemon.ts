/** The daemon as a process of its own, which a test may kill, freeze, thaw, and start again. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT } from '../servers/install.ts';
import { claimPort } from '../servers/ports.ts';
import { ensureServer, expectRunning, isRunning, killServer, type Site, stopServer } from '../servers/process.ts';
import { waitFor } from '../servers/wait.ts';

const LogLine = z.looseObject({ time: z.string(), level: z.string(), message: z.string() });
export type LogLine = z.infer<typeof LogLine>;

const Readiness = z.object({
  isReady: z.boolean(),
  checks: z.array(z.object({ name: z.string(), isOk: z.boolean(), reason: z.string().nullable() })),
});
export type Readiness = z.infer<typeof Readiness>;

export interface DaemonProcess {
  readonly pid: number;
  isRunning(): boolean;
  /** Null while it does not answer. */
  readReadiness(): Promise<Readiness | null>;
  untilReady(timeoutMs?: number): Promise<void>;
  /** Value of a metric without labels, or with exactly these, such as `kpr_queue_jobs{queue="reconcile",state="failed"}`. */
  readMetric(name: string): Promise<number>;
  /** What it has written so far, since the beginning of its name. */
  readLog(): Promise<LogLine[]>;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: it holds in the middle of whatever it does, and knows nothing of it. */
  freeze(): void;
  /** Nothing for one that has ended. */
  thaw(): void;
  /** SIGTERM. */
  stop(): Promise<void>;
}

export interface DaemonOptions {
  /** of its log, its state directory, its ports */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

const COMMAND = ['--import', 'tsx', join(PROJECT, 'scripts', 'kpr.ts'), 'serve'];

/** Starts the daemon from its sources; answers before it is ready. */
export async function startDaemon(site: Site, { name, env }: DaemonOptions): Promise<DaemonProcess> {
  const port = await claimPort(site, name);
  const metricsPort = await claimPort(site, `${name}-metrics`);
  const stateDir = join(site.dir, name);
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const metricsUrl = `http://127.0.0.1:${metricsPort}`;

  const server = await ensureServer(site, {
    name,
    command: process.execPath,
    args: COMMAND,
    cwd: PROJECT,
    env: {
      KPR_STATE_DIR: stateDir,
      KPR_PUBLIC_URL: `http://127.0.0.1:${port}`,
      KPR_LISTEN: `127.0.0.1:${port}`,
      KPR_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
      KPR_LOG_LEVEL: 'debug',
      ...env,
    },
  });
  const readReadiness = async (): Promise<Readiness | null> => {
    const answer = await fetch(`${metricsUrl}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    return answer ? Readiness.parse(await answer.json()) : null;
  };

  return {
    pid: server.pid,
    isRunning: () => isRunning(server),
    readReadiness,
    untilReady: async (timeoutMs = 30_000) => {
      const isReady = async (): Promise<boolean | undefined> => {
        await expectRunning([server]);
        return (await readReadiness().catch(() => null))?.isReady;
      };
      await waitFor(`a ready ${name}`, isReady, { timeoutMs });
    },
    readMetric: async (metric) => {
      const text = await (await fetch(`${metricsUrl}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${metric} `));
      return Number(line?.slice(metric.length) ?? 0);
    },
    readLog: async () => parseLog(await readFile(server.log, 'utf8')),
    kill: () => killServer(server),
    freeze: () => void process.kill(server.pid, 'SIGSTOP'),
    thaw: () => {
      if (isRunning(server)) process.kill(server.pid, 'SIGCONT');
    },
    stop: async () => void (await stopServer(site, name)),
  };
}

function parseLog(text: string): LogLine[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => LogLine.parse(JSON.parse(line)));
}
