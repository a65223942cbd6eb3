/** The writes of a reconcile as the proxies see them, and how to come between at one of them. */
import { callSiteOf } from './call-site.ts';
import type { DaemonProcess } from './daemon.ts';
import type { Rig } from './rig.ts';

export interface Step {
  /** as a person would say it */
  readonly name: string;
  readonly server: 'pulp' | 'katello';
  /** of `callSiteOf` */
  readonly site: string;
  /** the how-manieth of its site, from 1 */
  readonly occurrence: number;
}

/** Before the server has the request, after it has carried it out, and after the daemon has the answer. */
export const MOMENTS = ['came', 'answered', 'delivered'] as const;
export type Moment = (typeof MOMENTS)[number];

const LABEL = 'POST /pulp/api/v3/distributions/container/container/*/set_label/';
const REPOSITORY = '/pulp/api/v3/repositories/container/container/*';
const IMPORT = 'PUT /katello/api/v2/repositories/*/import_uploads';

const LONGEST_MS = 120_000;

/** Of a first push of an image and an index to a path that names no product; the first only in a Pulp of world b. */
export const FIRST: readonly Step[] = [
  { name: 'protect the repository', server: 'pulp', site: `POST ${REPOSITORY}/set_label/`, occurrence: 1 },
  { name: 'protect the distribution', server: 'pulp', site: LABEL, occurrence: 1 },
  { name: 'create the product', server: 'katello', site: 'POST /katello/api/v2/products', occurrence: 1 },
  { name: 'create the repository', server: 'katello', site: 'POST /katello/api/v2/repositories', occurrence: 1 },
  { name: 'label the owner', server: 'pulp', site: LABEL, occurrence: 2 },
  { name: 'make lists known', server: 'katello', site: IMPORT, occurrence: 1 },
  { name: 'copy', server: 'pulp', site: `POST ${REPOSITORY}/add/`, occurrence: 1 },
  { name: 'publish', server: 'katello', site: IMPORT, occurrence: 2 },
  { name: 'claim', server: 'pulp', site: LABEL, occurrence: 3 },
];

/** Of a tag that moves, where superseded manifests are removed. */
export const MOVED: readonly Step[] = [
  { name: 'copy a moved tag', server: 'pulp', site: `POST ${REPOSITORY}/add/`, occurrence: 1 },
  { name: 'remove what it named', server: 'pulp', site: `POST ${REPOSITORY}/remove/`, occurrence: 1 },
  { name: 'publish a moved tag', server: 'katello', site: IMPORT, occurrence: 1 },
  { name: 'claim a moved tag', server: 'pulp', site: LABEL, occurrence: 1 },
];

/** Kills the daemon there; resolves once it is dead. @throws as `comeBetween` */
export function killAt(rig: Rig, daemon: DaemonProcess, step: Step, at: Moment): Promise<void> {
  return new Promise((resolve, reject) => {
    comeBetween(rig, step, at, async () => {
      await daemon.kill().then(resolve, reject);
      return 'drop';
    }).catch(reject);
  });
}

/**
 * Resolves once `act` has been begun there; counts calls from now on. The call is held up until `act` has ended, and
 * dropped if it answers that.
 *
 * @throws when that call does not come in two minutes
 */
export function comeBetween(
  { proxies }: Rig,
  step: Step,
  at: Moment,
  act: () => Promise<'drop' | void>,
): Promise<void> {
  const proxy = proxies[step.server];
  let seen = 0;
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`“${step.name}” did not come`)), LONGEST_MS);
    proxy.watch(async (moment, call) => {
      if (callSiteOf(call) !== step.site) return;
      if (moment === 'came') seen += 1;
      if (seen !== step.occurrence || moment !== at) return;
      proxy.watch(null);
      clearTimeout(patience);
      const acting = act();
      resolve();
      return acting;
    });
  });
}
