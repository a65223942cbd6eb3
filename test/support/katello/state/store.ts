/**
 * Holds the world and, if asked, keeps it in a file: written whole to a neighbour and renamed, soon after each change,
 * one write at a time.
 */

import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { createEmptyWorld, type World } from './rows.ts';

/** Changes within so much time are written together. */
const PAUSE_MS = 50;

export interface Store {
  readonly world: World;
  /** Gives out the next id of a table. */
  nextId(table: keyof World): number;
  /** Makes the next id of the table be `id`. */
  setNextId(table: keyof World, id: number): void;
  /** Says that the world changed; the file follows soon. */
  changed(): void;
  /**
   * Puts another world in place of this one. Rows that stay remain the same objects, so that what runs goes on with
   * what it holds.
   */
  replace(world: World): void;
  /** Waits until the file holds the last change. */
  flush(): Promise<void>;
}

/** Opens the file if it exists, else starts with `initial`. Without a path nothing is written. */
export async function openStore(path: string | null, initial: () => World): Promise<Store> {
  const saved = path === null ? null : await readWorld(path);
  const world: World = { ...createEmptyWorld(), ...(saved ?? initial()) };
  let isDirty = saved === null;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  async function write(target: string): Promise<void> {
    if (!isDirty) return;
    isDirty = false;
    const draft = `${target}.${randomBytes(6).toString('hex')}`;
    await writeFile(draft, JSON.stringify(world), { mode: 0o600 });
    await rename(draft, target);
  }

  function writeNow(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (path !== null) writing = writing.then(() => write(path));
    return writing;
  }

  const store: Store = {
    world,
    nextId(table) {
      const id = world.nextIds[table] ?? 1;
      world.nextIds[table] = id + 1;
      return id;
    },
    setNextId(table, id) {
      world.nextIds[table] = id;
    },
    changed() {
      isDirty = true;
      if (path !== null) timer ??= setTimeout(() => void writeNow(), PAUSE_MS);
    },
    replace(other) {
      const current: Record<string, unknown> = { ...world };
      const next = Object.entries({ ...createEmptyWorld(), ...other });
      Object.assign(world, Object.fromEntries(next.map(([table, rows]) => [table, kept(current[table], rows)])));
      store.changed();
    },
    flush: writeNow,
  };
  return store;
}

/** The wanted rows, as the objects that are there already where an id tells. */
function kept(current: unknown, wanted: unknown): unknown {
  if (!Array.isArray(current) || !Array.isArray(wanted)) return wanted;
  const byId = new Map(current.filter(hasId).map((row) => [row.id, row]));
  return wanted.map((row: unknown) => (hasId(row) ? Object.assign(byId.get(row.id) ?? {}, row) : row));
}

function hasId(row: unknown): row is { id: unknown } {
  return typeof row === 'object' && row !== null && 'id' in row;
}

async function readWorld(path: string): Promise<World | null> {
  try {
    return z.custom<World>().parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
