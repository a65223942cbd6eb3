/** Two daemons on one Redis, each with proxies of its own, so that a test can tell whose call it is. */
import type { DaemonProcess } from '../daemon.ts';
import { type FaultProxy, startFaultProxy } from '../proxy.ts';
import type { Rig } from '../rig.ts';

export interface Member {
  readonly name: string;
  readonly proxies: { readonly pulp: FaultProxy; readonly katello: FaultProxy };
  /** as started last */
  readonly daemon: DaemonProcess;
  /** Starts it again with the state that it had; answers before it is ready. */
  start(): Promise<void>;
  /** Waits until it is ready. As systemd does, starts it again when it has ended: it does not start without Redis. */
  untilReady(): Promise<void>;
}

export interface Pair {
  readonly members: readonly [Member, Member];
  close(): Promise<void>;
}

/** Starts both; the rig ends them. */
export async function startPair(rig: Rig): Promise<Pair> {
  const members = [await startMember(rig, 'first'), await startMember(rig, 'second')] as const;
  return {
    members,
    close: async () => {
      await Promise.all(members.flatMap(({ proxies }) => [proxies.pulp.close(), proxies.katello.close()]));
    },
  };
}

async function startMember(rig: Rig, name: string): Promise<Member> {
  const proxies = {
    pulp: await startFaultProxy(rig.fakePulp.url),
    katello: await startFaultProxy(rig.standIn.url),
  };
  const env = { KPR_PULP_URL: proxies.pulp.url, KPR_KATELLO_URL: proxies.katello.url };
  let daemon = await rig.startDaemon(name, env);
  await daemon.untilReady();
  const start = async (): Promise<void> => {
    daemon = await rig.startDaemon(name, env);
  };
  return {
    name,
    proxies,
    get daemon() {
      return daemon;
    },
    start,
    untilReady: async () => {
      if (!daemon.isRunning()) await start();
      await daemon.untilReady();
    },
  };
}
