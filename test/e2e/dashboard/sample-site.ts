/** The dashboard of samples, over TLS: browsers take its cookies over nothing else. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import { createCertificates } from '../../support/certificates.ts';
import { type DashboardBench, openDashboard } from '../../support/dashboard.ts';
import { sampleDeps, samplePushes, WHOLE } from './samples.ts';

export interface SampleSite {
  readonly url: string;
  readonly bench: DashboardBench;
  close(): Promise<void>;
}

export async function openSampleSite(): Promise<SampleSite> {
  const { server: certificate } = await createCertificates(1);
  const server = createServer(certificate);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `https://localhost:${typeof address === 'object' ? address?.port : 0}`;

  const bench = await openDashboard({ ...sampleDeps, origin: url });
  bench.receipts.push(...samplePushes(), WHOLE);
  await bench.server.ready();
  server.on('request', (request, response) => bench.server.routing(request, response));
  return {
    url,
    bench,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await bench.close();
    },
  };
}
