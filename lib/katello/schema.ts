/**
 * Wire shapes of Katello's and Foreman's APIs, only the fields the reactor reads.
 *
 * @see Katello 4.14 to 5.0, contract recorded on 4.14.3 and 5.0.1
 */
import { z } from 'zod';

export const Organization = z.object({ id: z.number(), name: z.string(), label: z.string() });
export type Organization = z.infer<typeof Organization>;

export const Product = z.object({ id: z.number(), name: z.string(), label: z.string() });
export type Product = z.infer<typeof Product>;

/** A row of the index: it does not tell whether Katello's own push made the repository. */
export const RepositoryRow = z.object({
  id: z.number(),
  name: z.string(),
  label: z.string(),
  url: z.string().nullable(),
  version_href: z.string().nullable(),
  container_repository_name: z.string().nullable(),
  relative_path: z.string().nullable(),
});
export type RepositoryRow = z.infer<typeof RepositoryRow>;

export const Repository = RepositoryRow.extend({
  full_path: z.string().nullable(),
  product: z.object({ id: z.number(), name: z.string() }),
  /** absent before 4.14, where Katello had no push of its own worth the name */
  is_container_push: z.boolean().optional(),
  content_view_versions: z.array(z.unknown()).optional(),
});
export type Repository = z.infer<typeof Repository>;

export const Task = z.object({
  id: z.string(),
  label: z.string(),
  state: z.enum(['scheduled', 'pending', 'planning', 'planned', 'running', 'paused', 'stopped']),
  result: z.enum(['pending', 'success', 'warning', 'error', 'cancelled']),
  pending: z.boolean(),
  /** `2026-08-21 14:30:05 UTC`, in the time zone of the account; null for a task that is only scheduled */
  started_at: z.string().nullish(),
  humanized: z.object({
    /** null for a task that has not begun */
    errors: z
      .array(z.string())
      .nullable()
      .transform((errors) => errors ?? []),
  }),
});
export type Task = z.infer<typeof Task>;

const Destroyed = z.object({ id: z.number(), name: z.string(), label: z.string() }).partial().optional();

/** With what it destroyed: a repository's task names all three, a product's and an organization's what is above. */
export const DestroyTask = Task.pick({ id: true, label: true, state: true, result: true }).extend({
  ended_at: z.string().nullish(),
  input: z.object({ repository: Destroyed, product: Destroyed, organization: Destroyed }).nullish(),
});
export type DestroyTask = z.infer<typeof DestroyTask>;
