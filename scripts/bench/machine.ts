/** The machine that the bench runs on, and what a process of it uses. */
import { readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Machine } from './report.ts';

const MEGABYTE = 1024 * 1024;
/** Clock ticks in a second, on every Linux that Node runs on. */
const TICKS = 100;

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model ?? 'unknown',
    cores: all.length,
    memoryMb: Math.round(totalmem() / MEGABYTE),
    node: process.version,
  };
}

/** Load average over one minute. */
export function readLoad(): number {
  return loadavg()[0] ?? 0;
}

export interface Usage {
  /** user and system time since its start, in seconds */
  readonly cpuSeconds: number;
  readonly memoryMb: number;
  /** the most it ever had */
  readonly peakMemoryMb: number;
}

/** What a process used so far: proc(5). @throws Error when it does not run */
export async function readUsage(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // behind the name in parentheses comes field 3; user and system time are 14 and 15
  const fields = stat.split(') ').at(-1)?.split(' ') ?? [];
  const megabytesOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    memoryMb: megabytesOf('VmRSS'),
    peakMemoryMb: megabytesOf('VmHWM'),
  };
}
