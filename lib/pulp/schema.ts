/**
 * Wire shapes of Pulp's REST API: snake_case as sent, only the fields the reactor reads.
 *
 * @see pulpcore 3.105 and 3.123, pulp_container 2.27 and 2.30
 */
import { z } from 'zod';

/** States of a task; the last four are final. */
export const TaskState = z.enum(['waiting', 'running', 'canceling', 'completed', 'failed', 'canceled', 'skipped']);
export type TaskState = z.infer<typeof TaskState>;

export const Task = z.object({
  pulp_href: z.string(),
  name: z.string(),
  state: TaskState,
  pulp_created: z.string(),
  finished_at: z.string().nullable().optional(),
  created_resources: z.array(z.string().nullable()),
  reserved_resources_record: z.array(z.string()),
  logging_cid: z.string().nullable().optional(),
  error: z.record(z.string(), z.unknown()).nullable().optional(),
});
export type Task = z.infer<typeof Task>;

export const Repository = z.object({
  pulp_href: z.string(),
  name: z.string(),
  pulp_last_updated: z.string().optional(),
  latest_version_href: z.string(),
  /** its own, not those of its distribution */
  pulp_labels: z.record(z.string(), z.string().nullable()).optional(),
});
export type Repository = z.infer<typeof Repository>;

export const Distribution = z.object({
  pulp_href: z.string(),
  name: z.string(),
  base_path: z.string(),
  repository: z.string().nullable(),
  repository_version: z.string().nullable(),
  remote: z.string().nullable().optional(),
  pulp_labels: z.record(z.string(), z.string().nullable()),
});
export type Distribution = z.infer<typeof Distribution>;

export const TagName = z.object({ pulp_href: z.string(), name: z.string() });
export type TagName = z.infer<typeof TagName>;

export const Tag = z.object({ pulp_href: z.string(), name: z.string(), tagged_manifest: z.string() });
export type Tag = z.infer<typeof Tag>;

export const Manifest = z.object({
  pulp_href: z.string(),
  digest: z.string(),
  media_type: z.string(),
  listed_manifests: z.array(z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

/** With the hrefs of what it is made of; an index has neither. */
export const ManifestParts = Manifest.extend({ config_blob: z.string().nullable(), blobs: z.array(z.string()) });
export type ManifestParts = z.infer<typeof ManifestParts>;

/** What the registry's signature extension took (pulp_container 2.9 to 2.30); never copied with what it signs. */
export const Signature = z.object({ pulp_href: z.string(), signed_manifest: z.string() });
export type Signature = z.infer<typeof Signature>;

/** `artifact` is null while Pulp holds no bytes of it. */
export const Blob = z.object({ pulp_href: z.string(), digest: z.string(), artifact: z.string().nullable() });
export type Blob = z.infer<typeof Blob>;

/** Bytes in Pulp's storage; `sha256` is what Pulp computed when they came, hex digits. */
export const Artifact = z.object({ pulp_href: z.string(), sha256: z.string() });
export type Artifact = z.infer<typeof Artifact>;

/** An index or manifest list as the registry serves it. */
export const IndexEntries = z.object({ manifests: z.array(z.object({ digest: z.string(), mediaType: z.string() })) });
export type IndexEntries = z.infer<typeof IndexEntries>;

const ContentCounts = z.record(z.string(), z.object({ count: z.number() }));
export const RepositoryVersion = z.object({
  pulp_href: z.string(),
  number: z.number(),
  content_summary: z.object({ added: ContentCounts, removed: ContentCounts, present: ContentCounts }),
});
export type RepositoryVersion = z.infer<typeof RepositoryVersion>;

export const Status = z.object({
  versions: z.array(z.object({ component: z.string(), version: z.string() })),
  online_workers: z.array(z.unknown()),
  domain_enabled: z.boolean().optional(),
});
export type Status = z.infer<typeof Status>;
