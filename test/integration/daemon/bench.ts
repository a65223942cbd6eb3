/** The daemon as a process of its own, against an in-memory Pulp and the stand-in for Katello. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Lab, startLab } from '../../support/lab.ts';
import { until } from '../../support/until.ts';

const LogLine = z.looseObject({ message: z.string() });

const BIN = new URL('../../../scripts/kpr.ts', import.meta.url).pathname;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Serving {
  readonly process: ChildProcess;
  /** log lines so far */
  log(): z.infer<typeof LogLine>[];
  /** Status and body of a path of the health listener; null while nothing answers. */
  ask(path: string): Promise<{ status: number; body: string } | null>;
  untilReady(): Promise<unknown>;
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** A way to a server that can be closed and opened. */
export interface Door {
  readonly url: string;
  close(): Promise<void>;
  open(): Promise<void>;
}

export interface DaemonBench {
  readonly lab: Lab;
  readonly stateDir: string;
  readonly pulp: Door;
  readonly katello: Door;
  serve(env?: Readonly<Record<string, string>>, flags?: readonly string[]): Serving;
  /** Runs a verb to its end. */
  run(...args: string[]): Promise<Ended>;
  /** The same with further variables. */
  runWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended>;
  /** The same with these variables only. */
  runBare(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended>;
  /** Begins a verb that the test ends. */
  begin(...args: string[]): { readonly process: ChildProcessWithoutNullStreams; readonly end: Promise<Ended> };
  close(): Promise<void>;
}

export interface DaemonBenchOptions {
  readonly katelloVersion?: string;
  /** names of smart proxies that have a registry */
  readonly proxies?: readonly string[];
  /** what runs kpr, in place of its sources */
  readonly command?: readonly [string, ...string[]];
}

export async function openDaemonBench({ command, ...options }: DaemonBenchOptions = {}): Promise<DaemonBench> {
  const stateDir = await mkdtemp(join(tmpdir(), 'kpr-daemon-'));
  const lab = await startLab({ world: 'a', ...options });
  const pulp = await openDoor(lab.fakePulp.url);
  const katello = await openDoor(lab.standIn.url);
  const children: ChildProcess[] = [];
  const env = {
    PATH: process.env['PATH'] ?? '',
    KPR_STATE_DIR: stateDir,
    KPR_PUBLIC_URL: 'http://127.0.0.1:1',
    KPR_PULP_URL: pulp.url,
    KPR_PULP_LOGIN: lab.fakePulp.login,
    KPR_PULP_PASSWORD: lab.fakePulp.password,
    KPR_KATELLO_URL: katello.url,
    KPR_KATELLO_LOGIN: 'kpr',
    KPR_KATELLO_PASSWORD: 'sandbox-kpr',
    KPR_POLICY: 'full',
    KPR_LISTEN: '127.0.0.1:0',
    KPR_METRICS_LISTEN: `unix:${stateDir}/health.sock`,
  };
  const start = (args: readonly string[], extra: Readonly<Record<string, string>>, base: NodeJS.ProcessEnv = env) => {
    const [program, ...first] = command ?? [process.execPath, '--import', 'tsx', '--', BIN];
    const child = spawn(program, [...first, ...args], { env: { ...base, ...extra } });
    children.push(child);
    return child;
  };

  return {
    lab,
    stateDir,
    pulp,
    katello,
    serve: (extra = {}, flags = []) => follow(start(['serve', ...flags], extra), stateDir),
    run: async (...args) => ended(start(args, {})),
    runWith: async (extra, ...args) => ended(start(args, extra)),
    runBare: async (bare, ...args) => ended(start(args, bare, { PATH: env.PATH })),
    begin: (...args) => {
      const child = start(args, {});
      return { process: child, end: ended(child) };
    },
    close: async () => {
      for (const child of children) {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      }
      await pulp.close();
      await katello.close();
      await lab.close();
      await rm(stateDir, { recursive: true, maxRetries: 10 }); // an embedded Redis may still be writing
    },
  };
}

function follow(child: ChildProcess, stateDir: string): Serving {
  const end = ended(child);
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const ask: Serving['ask'] = (path) =>
    new Promise((resolve) => {
      request({ socketPath: join(stateDir, 'health.sock'), path }, (answer) => {
        const whole = answer.toArray().then((chunks) => ({ status: answer.statusCode ?? 0, body: chunks.join('') }));
        resolve(whole);
      })
        .on('error', () => resolve(null))
        .end();
    });
  return {
    process: child,
    log: () =>
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => LogLine.parse(JSON.parse(line))),
    ask,
    untilReady: () => until('a ready daemon', async () => (await ask('/readyz'))?.status === 200, 20_000),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return end;
    },
  };
}

async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

async function openDoor(target: string): Promise<Door> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server: Server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname);
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  const own = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${own}`,
    open: () => listen(own),
    close: async () => {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
