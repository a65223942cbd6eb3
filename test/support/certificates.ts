/** A certificate authority made for one test run, with one certificate for a server and one for a client. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** PEM texts. */
export interface Certificates {
  readonly ca: string;
  /** for `localhost` */
  readonly server: KeyPair;
  /** common name `reactor.example.com` */
  readonly client: KeyPair;
}

const run = promisify(execFile);

/** Needs the `openssl` command. @param days how long they are good */
export async function createCertificates(days = 2): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'kpr-certificates-'));
  const at = (name: string) => join(directory, name);
  try {
    const authority = ['-subj', '/CN=test CA', '-days', `${days}`, '-out', at('ca.crt')];
    await openssl('req', '-x509', ...newKey(at('ca.key')), ...authority);
    const server = await issue(at, days, 'server', '/CN=localhost', 'subjectAltName=DNS:localhost');
    const client = await issue(at, days, 'client', '/CN=reactor.example.com', 'extendedKeyUsage=clientAuth');
    return { ca: await readFile(at('ca.crt'), 'utf8'), server, client };
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function issue(
  at: (name: string) => string,
  days: number,
  name: string,
  subject: string,
  extension: string,
): Promise<KeyPair> {
  await openssl('req', '-new', ...newKey(at(`${name}.key`)), '-subj', subject, '-out', at(`${name}.csr`));
  await writeFile(at(`${name}.ext`), extension);
  await openssl(
    'x509',
    '-req',
    '-in',
    at(`${name}.csr`),
    ...byAuthority(at, days),
    '-extfile',
    at(`${name}.ext`),
    '-out',
    at(`${name}.crt`),
  );
  return { cert: await readFile(at(`${name}.crt`), 'utf8'), key: await readFile(at(`${name}.key`), 'utf8') };
}

function byAuthority(at: (name: string) => string, days: number): string[] {
  return ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', `${days}`];
}

function newKey(path: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', path];
}

async function openssl(...args: string[]): Promise<void> {
  await run('openssl', args);
}
