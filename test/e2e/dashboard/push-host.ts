/** A daemon behind the shipped configuration of Apache, as people meet it; Pulp in memory, Katello as its stand-in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type DaemonBench, openDaemonBench } from '../../integration/daemon/bench.ts';
import { startWebServer } from '../../support/web-server/web-server.ts';
import { openWebSite } from '../../support/web-server/web-site.ts';

export interface PushHost {
  readonly bench: DaemonBench;
  /** what people type into a browser */
  readonly url: string;
  close(): Promise<void>;
}

const Listening = z.looseObject({ message: z.literal('listening'), what: z.literal('front'), address: z.string() });

export async function openPushHost(): Promise<PushHost> {
  const site = { dir: await mkdtemp(join(tmpdir(), 'kpr-dashboard-')), isTemporary: true };
  const [bench, web] = await Promise.all([openDaemonBench(), openWebSite(site)]);
  const daemon = bench.serve({ KPR_PUBLIC_URL: web.url });
  await daemon.untilReady();
  const front = daemon.log().flatMap((line) => Listening.safeParse(line).data ?? [])[0]?.address ?? '';
  const server = await startWebServer(site, web, 'apache', { pushApi: join(site.dir, 'none.sock'), front });
  return {
    bench,
    url: web.url,
    close: async () => {
      await server.stop();
      await bench.close();
      await rm(site.dir, { recursive: true });
    },
  };
}
