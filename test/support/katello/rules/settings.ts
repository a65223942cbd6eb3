/** The settings that matter to a push, with the values a fresh installation has. */
import type { World } from '../state/rows.ts';

export interface SettingDefinition {
  readonly description: string;
  readonly type: 'boolean' | 'integer' | 'string';
  readonly default: unknown;
  readonly fullName: string;
  readonly category: string;
  readonly categoryName: string;
}

export const SETTINGS: Readonly<Record<string, SettingDefinition>> = {
  foreman_proxy_content_auto_sync: {
    description: 'Whether or not to auto sync the Smart Proxies after a content view promotion.',
    type: 'boolean',
    default: true,
    fullName: 'Sync Smart Proxies after content view promotion',
    category: 'katello',
    categoryName: 'Content',
  },
  failed_login_attempts_limit: {
    description:
      'Foreman will block user logins from an IP address after this number of failed login attempts for 5 minutes. Set to 0 to disable bruteforce protection',
    type: 'integer',
    default: 30,
    fullName: 'Failed login attempts limit',
    category: 'auth',
    categoryName: 'Authentication',
  },
  foreman_tasks_sync_task_timeout: {
    description: 'Number of seconds to wait for synchronous task to finish.',
    type: 'integer',
    default: 120,
    fullName: 'Sync task timeout',
    category: 'tasks',
    categoryName: 'Tasks',
  },
  check_services_before_actions: {
    description: 'Check the status of backend services such as pulp and candlepin before performing actions?',
    type: 'boolean',
    default: true,
    fullName: 'Check services before actions',
    category: 'katello',
    categoryName: 'Content',
  },
  delete_repo_across_cv: {
    description: 'If this is enabled, repositories can be deleted even when they belong to published content views.',
    type: 'boolean',
    default: true,
    fullName: 'Allow deleting repositories in published content views',
    category: 'katello',
    categoryName: 'Content',
  },
  entries_per_page: {
    description: 'Number of records shown per page in Foreman',
    type: 'integer',
    default: 20,
    fullName: 'Entries per page',
    category: 'general',
    categoryName: 'General',
  },
  orphan_protection_time: {
    description:
      'Time in minutes before content that is not contained within a repository and has not been accessed is considered orphaned.',
    type: 'integer',
    default: 1440,
    fullName: 'Orphaned Content Protection Time',
    category: 'katello',
    categoryName: 'Content',
  },
  completed_pulp_task_protection_days: {
    description: 'How many days before a completed Pulp task is purged by Orphan Cleanup.',
    type: 'integer',
    default: 30,
    fullName: 'Completed pulp task protection days',
    category: 'katello',
    categoryName: 'Content',
  },
  default_download_policy: {
    description: 'Default download policy for new repositories.',
    type: 'string',
    default: 'immediate',
    fullName: 'Default Custom Repository download policy',
    category: 'katello',
    categoryName: 'Content',
  },
  default_non_yum_mirroring_policy: {
    description: 'Default mirroring policy for new repositories.',
    type: 'string',
    default: 'mirror_content_only',
    fullName: 'Default non-yum mirroring policy',
    category: 'katello',
    categoryName: 'Content',
  },
};

/** The stored value, or the default. Undefined for a name that is no setting. */
export function settingValue(world: World, name: string): unknown {
  const stored = world.settings.find((setting) => setting.name === name);
  return stored === undefined ? definitionOf(name)?.default : stored.value;
}

/** A value that was put into the database; a default is none. */
export function storedSetting(world: World, name: string): unknown {
  return world.settings.find((setting) => setting.name === name)?.value;
}

export function definitionOf(name: string): SettingDefinition | undefined {
  return Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
}
