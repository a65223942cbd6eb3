/** Signatures as podman and skopeo write them with `--sign-by`, and their push. No key has made them: Pulp looks for none. */
import { randomBytes } from 'node:crypto';
import type { Door } from '../send.ts';
import { createClient } from './client.ts';
import type { Pushable } from './image.ts';

/** OpenPGP packets (RFC 4880) that a signed document is made of. */
const PACKETS = { signature: 2, onePassSignature: 4, literal: 11 } as const;
const KEY_ID = Buffer.from('0123456789abcdef', 'hex');
const CREATED = Buffer.from('65600000', 'hex');

/** A signed document about the manifest, Base64. */
export function createAtomicSignature({ manifest }: Pushable): string {
  const text = {
    critical: {
      type: 'atomic container signature',
      image: { 'docker-manifest-digest': manifest.digest },
      identity: { 'docker-reference': 'registry.example.com/signed' },
    },
    optional: { creator: 'kpr test' },
  };
  const literal = [Buffer.from('b\0'), CREATED, Buffer.from(JSON.stringify(text))];
  return Buffer.concat([
    packet(PACKETS.onePassSignature, [Buffer.from([3, 0, 8, 1]), KEY_ID, Buffer.from([1])]),
    packet(PACKETS.literal, literal),
    packet(PACKETS.signature, signatureBody()),
  ]).toString('base64');
}

/**
 * Pushes a signature of an image that has been pushed to that name.
 *
 * @throws Error with the registry's answer when it refuses
 */
export async function pushSignature(registry: Door, name: string, subject: Pushable): Promise<void> {
  const { digest } = subject.manifest;
  const put = createClient(registry, `repository:${name}:pull,push`);
  const answer = await put('PUT', `/extensions/v2/${name}/signatures/${digest}`, {
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        type: 'atomic',
        name: `${digest}@${randomBytes(16).toString('hex')}`,
        content: createAtomicSignature(subject),
      }),
    ),
  });
  if (answer.status !== 201) throw new Error(`the registry answered ${answer.status}: ${await answer.text()}`);
}

/** Version 4, RSA and SHA-256, with the time and the key as subpackets, and a number that proves nothing. */
function signatureBody(): Buffer[] {
  const hashed = Buffer.concat([Buffer.from([5, 2]), CREATED]);
  const unhashed = Buffer.concat([Buffer.from([9, 16]), KEY_ID]);
  return [
    Buffer.from([4, 0, 1, 8]),
    ...[hashed, unhashed].flatMap((subpackets) => [Buffer.from([0, subpackets.length]), subpackets]),
    Buffer.from([0, 0]),
    Buffer.from([0, 8, 0xff]),
  ];
}

/** In the new format, with a length of five octets. */
function packet(tag: number, body: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(body);
  const header = Buffer.from([0xc0 | tag, 0xff, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length, 2);
  return Buffer.concat([header, bytes]);
}
