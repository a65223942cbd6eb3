/**
 * Katello's weekly orphan cleanup: between 4.17 and 4.20 it deletes push repositories that Katello does not know, and
 * honours no label (Katello 4.21 honours `katello_orphan_cleanup=false`). Pure.
 */

/** True for a Katello version whose cleanup deletes push repositories; false for a version that cannot be read. */
export function deletesPushRepositories(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) === 4 && Number(minor) >= 17 && Number(minor) <= 20;
}

export function describeCleanup(version: string): string {
  return `Katello ${version} deletes push repositories weekly. Upgrade to 4.21.`;
}
