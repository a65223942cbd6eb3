import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../lib/errors.ts';
import {
  describePublicKey,
  generateKeys,
  privateKeyFile,
  publicKeyFile,
  publishPublicKey,
  rotateKeys,
} from '../../../lib/front/keys.ts';

describe('keys', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kpr-keys-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const privatePem = () => readFile(privateKeyFile(dir), 'utf8');
  const publicPem = () => readFile(publicKeyFile(dir), 'utf8');
  const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);
  const failing = (call: Promise<unknown>) =>
    call.then(
      () => expect.fail('it did not fail'),
      (error: unknown) => error,
    );

  it('makes a pair on P-256: the private key for us alone, the public one for Pulp too', async () => {
    const umask = process.umask(0o077);
    await generateKeys(dir).finally(() => process.umask(umask));

    expect(await publicPem()).to.equal(describePublicKey(await privatePem()));
    expect(createPublicKey(await publicPem()).asymmetricKeyDetails).to.deep.equal({ namedCurve: 'prime256v1' });
    expect(await publicPem()).to.match(/^-----BEGIN PUBLIC KEY-----\n/);
    expect([await modeOf(privateKeyFile(dir)), await modeOf(publicKeyFile(dir))]).to.deep.equal(['600', '644']);
    expect(await readdir(dir)).to.have.members(['token.key', 'token.pub']);
  });

  it('never replaces a pair that is there', async () => {
    await generateKeys(dir);
    const before = await privatePem();

    const error = await failing(generateKeys(dir));

    expect(error).to.be.instanceOf(ConfigError).with.property('message').that.includes('kpr keys rotate');
    expect(await privatePem()).to.equal(before);
    expect(await readdir(dir)).to.have.members(['token.key', 'token.pub']);
  });

  it('makes one pair when two begin at once', async () => {
    const outcomes = await Promise.allSettled([generateKeys(dir), generateKeys(dir)]);

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.lengthOf(1);
    expect(await publicPem()).to.equal(describePublicKey(await privatePem()));
  });

  it('replaces both keys on rotation, however readable the old files were', async () => {
    await generateKeys(dir);
    const before = await privatePem();
    await chmod(privateKeyFile(dir), 0o644);

    await rotateKeys(dir);

    expect(await privatePem()).not.to.equal(before);
    expect(await publicPem()).to.equal(describePublicKey(await privatePem()));
    expect(await modeOf(privateKeyFile(dir))).to.equal('600');
    expect(await readdir(dir)).to.have.members(['token.key', 'token.pub']);
  });

  it('publishes the public key of a private one that came otherwise, and puts a lost one back', async () => {
    await generateKeys(dir);
    const given = await privatePem();
    await writeFile(publicKeyFile(dir), 'other');

    await publishPublicKey(dir, given);

    expect(await publicPem()).to.equal(describePublicKey(given));
  });

  it('reads both PEM forms of a private key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [sec1, pkcs8] = (['sec1', 'pkcs8'] as const).map((type) => privateKey.export({ type, format: 'pem' }));

    expect(describePublicKey(String(sec1))).to.equal(describePublicKey(String(pkcs8)));
  });

  it('refuses any other key, and shows nothing of it', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

    for (const pem of [other, '', 'canary-5d1c', describePublicKey(newPem())]) {
      expect(() => describePublicKey(pem))
        .to.throw(ConfigError)
        .with.property('message', 'the token key must be a private key on P-256, as PEM');
    }
  });

  it('says which directory cannot be written to', async () => {
    const error = await failing(rotateKeys(join(dir, 'missing')));

    expect(error).to.be.instanceOf(ConfigError).with.property('message').that.includes(join(dir, 'missing'));
  });
});

function newPem(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}
