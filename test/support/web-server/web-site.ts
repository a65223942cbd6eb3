/** The name of a push host: its port and its certificate, kept from the first start on. */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificates } from '../certificates.ts';
import { claimPort } from '../servers/ports.ts';
import type { Site } from '../servers/process.ts';

/** Name of the web server of a world, whichever it is. */
export const WEB_SERVER = 'web-server';

export interface WebSite {
  /** of its server and of its directory in the site */
  readonly name: string;
  readonly port: number;
  /** `localhost:PORT`, which people type before the path */
  readonly registry: string;
  /** `https://localhost:PORT` */
  readonly url: string;
  /** PEM of the authority that made its certificate */
  readonly ca: string;
  readonly caFile: string;
  /** directory for `--cert-dir` of clients: holds the authority's certificate and nothing else */
  readonly certificates: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

const DAY_MS = 86_400_000;
/** What clients accept at most. */
const DAYS = 825;

/** Claims port and certificate for this server; a certificate that ends within a day is replaced. Needs openssl. */
export async function openWebSite(site: Site, name = WEB_SERVER): Promise<WebSite> {
  const port = await claimPort(site, name);
  const dir = join(site.dir, name);
  const certificates = join(dir, 'ca');
  const [caFile, certificateFile, keyFile] = [
    join(certificates, 'ca.crt'),
    join(dir, 'server.crt'),
    join(dir, 'server.key'),
  ];
  await mkdir(certificates, { recursive: true });
  if (!(await isGood(certificateFile)) || !(await isGood(caFile))) {
    const { ca, server } = await createCertificates(DAYS);
    await writeFile(keyFile, server.key, { mode: 0o600 });
    await writeFile(certificateFile, server.cert);
    // Last, so that an interrupted start begins anew.
    await writeFile(caFile, ca);
  }
  const registry = `localhost:${port}`;
  const ca = await readFile(caFile, 'utf8');
  return { name, port, registry, url: `https://${registry}`, ca, caFile, certificates, certificateFile, keyFile };
}

async function isGood(file: string): Promise<boolean> {
  const pem = await readFile(file, 'utf8').catch(() => '');
  return pem !== '' && Date.parse(new X509Certificate(pem).validTo) > Date.now() + DAY_MS;
}
