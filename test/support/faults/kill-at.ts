/** Ends a daemon at a chosen call, in one of three moments. */
import { callSiteOf } from './call-site.ts';
import type { DaemonProcess } from './daemon.ts';
import type { Rig } from './rig.ts';

/** A write of a reconcile, as the proxies see it. */
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

/** Resolves once the daemon was killed there; counts calls from now on. */
export function killAt({ proxies }: Rig, daemon: DaemonProcess, step: Step, at: Moment): Promise<void> {
  let seen = 0;
  const proxy = proxies[step.server];
  return new Promise((resolve, reject) => {
    proxy.watch(async (moment, call) => {
      if (callSiteOf(call) !== step.site) return;
      if (moment === 'came') seen += 1;
      if (seen !== step.occurrence || moment !== at) return;
      proxy.watch(null);
      await daemon.kill().then(resolve, reject);
    });
  });
}
