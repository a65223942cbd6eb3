/**
 * The differences that are allowed. Everything else has to be equal: status, keys, types, values, lengths of lists, and
 * texts up to their first sentence.
 */

export interface AllowedDifference {
  /** names of members, wherever they stand */
  readonly keys: readonly string[];
  readonly why: string;
}

/** Members of which only the type is compared. */
export const FREE_VALUES: readonly AllowedDifference[] = [
  {
    keys: [
      'cp_id',
      'content_id',
      'external_id',
      'current_request_id',
      'execution_plan_id',
      'backend_identifier',
      'upload_id',
    ],
    why: 'drawn at random, or given out by Candlepin',
  },
  {
    keys: ['auth_source_id', 'cvv_id', 'history_id', 'step_id', 'action_id', 'current_user_id', 'prior_id'],
    why: 'ids of rows that were there before the recording',
  },
  {
    keys: ['duration', 'duration_ms', 'last_sync_words'],
    why: 'how long something took',
  },
  {
    keys: ['org_repository_count', 'active_task_count', 'repository_count', 'docker_repositories', 'products'],
    why: 'counts everything of the organization, also what was made between the recordings',
  },
  {
    keys: ['pulp_tasks', 'owner_details'],
    why: "Pulp's own record of its task, Candlepin's of an organization",
  },
  {
    keys: ['description', 'author', 'full_name', 'category_name', 'url'],
    why: 'prose about plugins and settings',
  },
];

/** Versions of what stands around Katello, which the recorders had put together by hand. */
export const FOREIGN_VERSIONS: readonly RegExp[] = [/^\/api\/(v2\/)?(status|plugins)/];

/** Lists of which only being a list is compared. */
export const FREE_LISTS: readonly AllowedDifference[] = [
  {
    keys: [
      'media',
      'ptables',
      'provisioning_templates',
      'select_all_types',
      'service_levels',
      'users',
      'locations',
      'generic_remote_options',
    ],
    why: "Foreman's provisioning, which no push looks at",
  },
  { keys: ['failed_steps', 'running_steps'], why: 'inner life of Dynflow' },
];

/** Lists that come in whatever order the database has them. */
export const UNORDERED_LISTS: readonly string[] = ['repositories', 'product_content'];

/** Members that only count rows, in answers whose rows were partly made between the recordings. */
export const COUNTERS: readonly string[] = ['total', 'subtotal', 'selectable', 'per_page'];

/** Keys whose integers are ids that the replay cannot give out in advance. */
export const FREE_ID_OWNERS: readonly string[] = [
  'roles',
  'manifests',
  'manifest_lists',
  'tags',
  'content_view_version',
  'content_view_versions',
  'features',
  'permissions',
];
