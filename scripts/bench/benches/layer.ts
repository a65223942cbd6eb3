/** A large layer through each web server of the push host, against one straight to the second API of Pulp behind it. */

import { startPushApi } from '../../../test/support/servers/push-api.ts';
import { PREFIX, tokenKeyFileOf } from '../../../test/support/servers/reactor.ts';
import { KINDS, startWebServer } from '../../../test/support/web-server/web-server.ts';
import { openWebSite } from '../../../test/support/web-server/web-site.ts';
import { type Bench, figure } from '../bench.ts';
import { median } from '../statistics.ts';
import { askToken } from '../tokens.ts';
import { createLayer, uploadLayer, type Way } from '../upload.ts';

const MEGABYTES = 512;
const ROUNDS = 3;
/** By how much a web server may slow it down. */
const FACTOR = 1.05;
/** What a daemon that carries nothing may grow by, whatever the size of the layer. */
const GROWN_MB = 20;

/** In turn, so that what else goes on meets all ways alike. */
export const benchLayer: Bench = async (lab, say) => {
  const { site, world } = lab;
  const web = await openWebSite(site);
  const daemon = await lab.startDaemon();
  const front = `http://${daemon.env['KPR_LISTEN']}`;
  const api = await startPushApi(site, { world, realm: `${web.url}/token`, publicKeyFile: tokenKeyFileOf(site) });
  const behind = { pushApi: api.socket, front: daemon.env['KPR_LISTEN'] ?? '' };
  const ways: { name: string; way: Way; prefix: string; seconds: number[] }[] = [
    { name: 'straight', way: { socketPath: api.socket }, prefix: `${PREFIX}/`, seconds: [] },
  ];
  const servers: { stop(): Promise<void> }[] = [api];
  for (const kind of KINDS) {
    const of = await openWebSite(site, `bench-${kind}`);
    servers.unshift(await startWebServer(site, of, kind, behind));
    ways.push({ name: kind, way: { port: of.port, ca: of.ca }, prefix: '', seconds: [] });
  }

  const layer = createLayer(MEGABYTES);
  const memoryBefore = (await daemon.readUsage()).memoryMb;
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      for (const { name, way, prefix, seconds } of ways) {
        say(`${name}, ${round} of ${ROUNDS}`);
        const path = `acme/web/layer-${name}`;
        const token = await askToken(front, { service: web.registry, path });
        const upload = { registry: web.registry, name: `${prefix}${path}`, token };
        seconds.push(await uploadLayer(way, upload, layer));
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const memoryAfter = (await daemon.readUsage()).memoryMb;

  const [straight, ...through] = ways;
  if (!straight) throw new Error('there is no way straight to Pulp');
  return [
    ...ways.map(({ name, seconds }) => figure(`${MEGABYTES} MB, ${name}, median`, median(seconds), 's')),
    ...through.map(({ name, seconds }) =>
      figure(`${name} by straight, medians`, median(seconds) / median(straight.seconds), '×', FACTOR),
    ),
    ...through.map(({ name, seconds }) =>
      figure(`${name} by straight, best of ${ROUNDS}`, Math.min(...seconds) / Math.min(...straight.seconds), '×'),
    ),
    figure("the daemon's memory before", memoryBefore, 'MB'),
    figure("the daemon's memory grown meanwhile", memoryAfter - memoryBefore, 'MB', GROWN_MB),
  ];
};
