/** What scenarios about orphans have in common. */
import { expect } from 'chai';
import type { OrphanState } from '../../../lib/domain/orphan.ts';
import { destroyInKatello, type OrphanLab } from '../orphan-lab.ts';
import type { Scene } from './scene.ts';

/** Of calls that nothing aborts. */
export const signal = new AbortController().signal;

/** True if push repository and distribution are there. */
export async function isThere({ pulp, pushName }: Scene): Promise<boolean> {
  return (await pulp.findRepository(pushName)) !== null && (await pulp.findDistribution(pushName)) !== null;
}

/** Passes if neither of them is. */
export async function expectGone({ pulp, pushName }: Scene): Promise<void> {
  expect(await pulp.findRepository(pushName), 'repository').to.equal(null);
  expect(await pulp.findDistribution(pushName), 'distribution').to.equal(null);
}

/** As much time and as many sweeps as a deletion takes, and then some. */
export async function passTime(orphans: OrphanLab): Promise<void> {
  await orphans.passQuarantine();
  await orphans.passClosing();
  await orphans.passQuarantine();
  await orphans.passClosing();
}

/** Passes if nothing is deleted however much time goes by. */
export async function expectSpared(scene: Scene, orphans: OrphanLab, state: OrphanState | null): Promise<void> {
  await passTime(orphans);
  expect(await isThere(scene), 'push repository').to.equal(true);
  expect(orphans.deleted()).to.equal(0);
  const listed = await orphans.orphans.list(signal);
  expect(listed.map((one) => [one.path, one.state])).to.deep.equal(state === null ? [] : [[scene.path, state]]);
}

/** Deletes the repository of the scene in Katello. */
export async function deleteRepository(scene: Scene): Promise<void> {
  await destroyInKatello(scene.lab, `repositories/${(await scene.repository()).id}`);
}

/** Answers the href of a distribution of this repository, or of a version of it, that somebody made. */
export async function distribute(
  { pulp, pushName }: Scene,
  name: string,
  what: 'repository' | 'version',
): Promise<string> {
  const repository = await pulp.findRepository(pushName);
  const served =
    what === 'repository'
      ? { repository: repository?.pulp_href }
      : { repository_version: repository?.latest_version_href };
  const made = await pulp.finish(
    await pulp.post('distributions/container/container/', { name, base_path: name, ...served }),
  );
  return made.created_resources[0] ?? '';
}

/** What other tests on the same Pulp need not stumble over. */
export async function remove({ pulp }: Scene, href: string | undefined): Promise<void> {
  const answer = await pulp.send('DELETE', href ?? '');
  if (answer.status === 202) await pulp.finish(answer);
}
