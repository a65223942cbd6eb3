/**
 * What differs between Katello versions, as one table: each trait lists the first version of each of its values.
 * Code asks a trait and never compares versions.
 */
import { z } from 'zod';

type Since<T> = readonly (readonly [version: string, value: T])[];

const TABLE = {
  /** key of the text in Katello's error bodies */
  errorTextKey: since<'displayMessage' | 'message'>(['0', 'displayMessage'], ['5.0', 'message']),
  /** status of a taken lock, import_uploads apart (always 400) */
  lockConflictStatus: since<500 | 422>(['0', 500], ['4.5', 422]),
  importNeedsName: since(['0', false], ['4.7', true]),
  /** `is_container_push` and `allow_updates` in repository show */
  tellsContainerPush: since(['0', false], ['4.14', true]),
  publishBlocksImport: since(['0', false], ['4.14', true]),
  /** the refusal names the repository instead of saying "This repository" */
  publishBlockNamesRepository: since(['0', false], ['4.16', true]),
  proxiesNeedUserRights: since(['0', false], ['4.14', true]),
  removeKeepsTagged: since(['0', false], ['4.14', true]),
  /** archives of content view versions get a distribution of their own */
  distributesArchives: since(['0', true], ['4.15', false]),
  contentUploads: since<'allowed' | 'refused' | 'empty-only'>(
    ['0', 'allowed'],
    ['4.15', 'refused'],
    ['4.20', 'empty-only'],
  ),
  containerNameJoin: since<'-' | '/'>(['0', '-'], ['4.16', '/']),
  strictContainerName: since(['0', false], ['4.17', true]),
  organizationInIndex: since(['0', false], ['4.17', true]),
  environmentListsCapsules: since(['0', false], ['4.17', true]),
  refreshesRollingViews: since(['0', false], ['4.17', true]),
  savesPrns: since(['0', false], ['4.19', true]),
  cleansDuplicateTags: since(['0', false], ['4.19', true]),
  tellsManifestDetails: since(['0', false], ['4.19', true]),
  /** a found distribution is patched, waited for, and patched again; or patched once and left alone */
  waitsForDistributionPatch: since(['0', true], ['4.19', false], ['4.21', true]),
  /** the weekly cleanup deletes distributions that no repository remembers */
  cleansDistributions: since(['0', false], ['4.17', true]),
  /** it spares what carries the label `katello_orphan_cleanup=false` */
  sparesLabelled: since(['0', false], ['4.21', true]),
  /** it goes on where a version cannot be deleted; otherwise its task pauses there */
  skipsRefusedVersions: since(['0', false], ['4.17', true]),
  waitsForTaskPurge: since(['0', false], ['4.21', true]),
  waitsForDistributionDelete: since(['0', false], ['4.21', true]),
  /** an import schedules a CapsuleSync task even where no proxy has the environment */
  schedulesEmptyCapsuleSync: since(['0', true], ['4.15', false]),
  /** the wait limit's text carries the task's id (it needs foreman-tasks 10 where Ruby is 3 or newer) */
  timeoutNamesTask: since(['0', false], ['4.15', true]),
  /** 202 bodies carry `duration: null`; otherwise the key is absent */
  durationIn202: since(['0', false], ['5.0', true]),
  acceptsPerPageAll: since(['0', false], ['5.0', true]),
  foremanVersion: since(['0', '3.5.0'], ['4.14', '3.12.0'], ['4.15', '3.13.0-develop'], ['5.0', '5.0.0']),
  foremanTasksVersion: since(['0', '7.0.0'], ['4.14', '9.2.3'], ['4.15', '10.0.2'], ['5.0', '13.2.4']),
  remoteExecutionVersion: since(['0', '8.0.0'], ['4.14', '13.2.8'], ['5.0', '17.2.3']),
  /** services in ping besides the common ones */
  pingsCandlepinEvents: since(['0', true], ['5.0', false]),
  /** `rolling`, `environment_ids` in content views */
  tellsRollingViews: since(['0', false], ['4.17', true]),
  tellsHostgroupsOfViews: since(['0', false], ['5.0', true]),
  /** `full_gpg_key_path`, `sync_dependencies` in repositories */
  tellsSyncDependencies: since(['0', false], ['4.17', true]),
  tellsFlatpakDependencies: since(['0', false], ['5.0', true]),
  tellsProductOfTagRepositories: since(['0', false], ['4.19', true]),
  tellsEnvironmentOfTagRepositories: since(['0', false], ['5.0', true]),
  /** a publish's task names the view that started it by itself */
  autoPublishesByView: since(['0', false], ['5.0', true]),
  /** `remote_execution_ca_pubkey` of smart proxies */
  tellsRemoteExecutionCa: since(['0', false], ['5.0', true]),
  tellsTaskDependencies: since(['0', false], ['5.0', true]),
  tellsSimpleContentAccess: since(['0', true], ['5.0', false]),
} as const;

/** The traits of one version. */
export type Traits = { readonly [K in keyof typeof TABLE]: (typeof TABLE)[K] extends Since<infer T> ? T : never } & {
  readonly version: string;
};

/** @throws TypeError when the text is no version */
export function traitsOf(version: string): Traits {
  if (!/^\d+\.\d+(\.\d+)?/.test(version)) throw new TypeError(`no Katello version: ${version}`);

  const entries = Object.entries(TABLE).map(([name, values]) => [name, valueAt(values, version)]);
  return z.custom<Traits>().parse({ ...Object.fromEntries(entries), version });
}

function since<T>(...values: (readonly [string, T])[]): Since<T> {
  return values;
}

function valueAt(values: Since<unknown>, version: string): unknown {
  return values.findLast(([first]) => isAtLeast(version, first))?.[1];
}

function isAtLeast(version: string, first: string): boolean {
  const [a, b] = [version, first].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (let i = 0; i < (b?.length ?? 0); i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
