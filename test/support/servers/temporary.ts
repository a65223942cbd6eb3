/** Directories that live as long as the process that made them. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from './install.ts';
import { findStart } from './process.ts';

const ROOM = join(PROJECT, '.test');

/** A new directory below `.test/`; removes there what ended processes left behind. */
export async function makeTemporaryDir(name: string): Promise<string> {
  await mkdir(ROOM, { recursive: true });
  for (const entry of await readdir(ROOM)) {
    const [, pid, start] = /-(\d+)-(\d+)-\w+$/.exec(entry) ?? [];
    const isLeft = pid !== undefined && findStart(Number(pid)) !== start;
    if (isLeft) await rm(join(ROOM, entry), { recursive: true, force: true });
  }
  return mkdtemp(join(ROOM, `${name}-${process.pid}-${findStart(process.pid)}-`));
}
