/** A folder of recorded exchanges: what was asked, what came back, and which calls Pulp got meanwhile. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Headers = z.record(z.string(), z.union([z.string(), z.null()]));

const Exchange = z.object({
  title: z.string(),
  as: z.string(),
  katello_version: z.string(),
  request: z.object({ method: z.string(), path: z.string(), headers: Headers, body: z.unknown() }),
  response: z.object({ status: z.number(), headers: Headers, body: z.unknown() }),
  notes: z.string().nullish(),
});

const PulpCall = z.object({
  at_ms: z.number(),
  method: z.string(),
  path: z.string(),
  body: z.unknown(),
  status: z.number(),
  response: z.unknown(),
});
export type PulpCall = z.infer<typeof PulpCall>;

const PulpCalls = z.object({ title: z.string(), katello_version: z.string(), calls: z.array(PulpCall) });

const Distribution = z.object({ base_path: z.string(), pulp_labels: z.record(z.string(), z.string()) });

/** The calls of a run that makes hundreds: the first two of each kind, how many there were, and what came of it. */
const Cleanup = z.object({
  title: z.string(),
  katello_version: z.string(),
  calls: z.array(z.object({ method: z.string(), path: z.string(), body: z.unknown(), status: z.number() })),
  counts: z.array(z.object({ call: z.string(), times: z.number() })),
  distributions_it_would_delete: z.object({ push: z.array(Distribution) }),
  push_distributions_it_leaves: z.array(Distribution),
});

/** Creates in a row, each with what it gave. */
const Table = z.object({
  title: z.string(),
  katello_version: z.string(),
  as: z.string(),
  rows: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      status: z.number(),
      label: z.string().nullable(),
      container_repository_name: z.string().nullish(),
      relative_path: z.string().nullish(),
      errors: z.unknown(),
    }),
  ),
});

interface Named {
  /** file name without the ending */
  readonly name: string;
  /** number at its beginning, without the version's prefix */
  readonly number: number;
  /** the words behind the number */
  readonly slug: string;
}

export type RecordedExchange = Named & { readonly kind: 'exchange' } & z.infer<typeof Exchange>;
export type RecordedCalls = Named & { readonly kind: 'pulp-calls' } & z.infer<typeof PulpCalls>;
export type RecordedCleanup = Named & { readonly kind: 'cleanup' } & z.infer<typeof Cleanup>;
export type RecordedTable = Named & { readonly kind: 'table' } & z.infer<typeof Table>;
export type OtherRecording = Named & { readonly kind: 'other' };
export type Recording = RecordedExchange | RecordedCalls | RecordedCleanup | RecordedTable | OtherRecording;

/** Reads all recordings of one version, in order of number. @throws when a file is no JSON */
export async function readRecordings(directory: string, version: string): Promise<Recording[]> {
  const files = await readFiles(directory);
  return files
    .filter(({ value }) => versionOf(value) === version)
    .map(({ file, value }) => recordingOf(file, value))
    .toSorted((a, b) => a.number - b.number || a.name.localeCompare(b.name));
}

/** The versions of Katello that the folder has recordings of; none where there is no such folder. */
export async function listVersions(directory: string): Promise<string[]> {
  const files = await readFiles(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return [...new Set(files.flatMap(({ value }) => versionOf(value) ?? []))].toSorted();
}

async function readFiles(directory: string): Promise<{ readonly file: string; readonly value: unknown }[]> {
  const files = (await readdir(directory)).filter((file) => /^(k\d+-)?\d{3}-.*\.json$/.test(file));
  return Promise.all(
    files.map(async (file) => ({ file, value: JSON.parse(await readFile(join(directory, file), 'utf8')) as unknown })),
  );
}

function versionOf(value: unknown): string | null {
  const parsed = z.object({ katello_version: z.string() }).safeParse(value);
  return parsed.success ? parsed.data.katello_version : null;
}

function recordingOf(file: string, value: unknown): Recording {
  const [, number = '0', slug = ''] = /^(?:k\d+-)?(\d{3})-(.*)\.json$/.exec(file) ?? [];
  const named = { name: file.replace(/\.json$/, ''), number: Number(number), slug };
  const exchange = Exchange.safeParse(value);
  if (exchange.success) return { ...named, kind: 'exchange', ...exchange.data };
  const calls = PulpCalls.safeParse(value);
  if (calls.success) return { ...named, kind: 'pulp-calls', ...calls.data };
  const cleanup = Cleanup.safeParse(value);
  if (cleanup.success) return { ...named, kind: 'cleanup', ...cleanup.data };
  const table = Table.safeParse(value);
  if (table.success) return { ...named, kind: 'table', ...table.data };
  return { ...named, kind: 'other' };
}
