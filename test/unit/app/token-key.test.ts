import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openTokenKey } from '../../../lib/app/token-key.ts';
import { createSecret, openSecret } from '../../../lib/config/secret.ts';
import { ConfigError } from '../../../lib/errors.ts';
import { describePublicKey, privateKeyFile, publicKeyFile, rotateKeys } from '../../../lib/front/keys.ts';
import { createLogBook, type LogBook } from '../../support/log-book.ts';
import { newKey } from '../../support/told.ts';
import { until } from '../../support/until.ts';

describe('openTokenKey', () => {
  let stateDir: string;
  let log: LogBook;

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'kpr-token-key-'));
    log = createLogBook();
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  const open = (key: ReturnType<typeof createSecret> | null = null) =>
    openTokenKey(
      { stateDir, token: { key, subject: null, seconds: 300, cacheMs: 0 } },
      { ...log, child: () => expect.fail() },
    );
  const published = () => readFile(publicKeyFile(stateDir), 'utf8');

  it('makes a pair at the first start, for us alone, and says so', async () => {
    const key = await open();

    expect((await stat(privateKeyFile(stateDir))).mode & 0o777).to.equal(0o600);
    expect(await published()).to.equal(describePublicKey(key.read()));
    expect(log.lines).to.deep.equal([
      {
        level: 'info',
        message: 'made the key pair of the tokens',
        file: privateKeyFile(stateDir),
        publicFile: publicKeyFile(stateDir),
      },
    ]);
  });

  it('goes on with the pair that is there', async () => {
    const before = (await open()).read();

    expect((await open()).read()).to.equal(before);
    expect(log.lines).to.have.lengthOf(1);
  });

  it('publishes the public key where it is lost or another', async () => {
    const key = await open();
    await writeFile(publicKeyFile(stateDir), 'another');
    await chmod(publicKeyFile(stateDir), 0o600);

    await open();

    expect(await published()).to.equal(describePublicKey(key.read()));
    expect((await stat(publicKeyFile(stateDir))).mode & 0o777).to.equal(0o644);
  });

  it('reads a rotated key without a restart', async () => {
    const key = await open();
    const before = key.read();

    await rotateKeys(stateDir);

    expect(key.read()).not.to.equal(before);
    expect(await published()).to.equal(describePublicKey(key.read()));
  });

  it('signs with a key that was given, and makes none', async () => {
    const pem = newKey();

    const key = await open(createSecret(pem));

    expect(key.read()).to.equal(pem);
    expect(await published()).to.equal(describePublicKey(pem));
    expect(log.lines).to.deep.equal([]);
  });

  it('publishes a given key again when it changes', async () => {
    const file = join(stateDir, 'given.pem');
    await writeFile(file, newKey());
    const key = await open(openSecret(file));

    const pem = newKey();
    await writeFile(file, pem);

    expect(key.read()).to.equal(pem.trimEnd());
    await until('its public key', async () => (await published()) === describePublicKey(pem));
  });

  it('does not start with a file that holds no key, and says which', async () => {
    await writeFile(privateKeyFile(stateDir), 'no key at all');

    const error: unknown = await open().catch((failure: unknown) => failure);

    expect(error).to.be.instanceOf(ConfigError);
    expect(String(error)).to.contain(`${privateKeyFile(stateDir)} holds no private key on P-256: kpr keys rotate`);
  });

  it('tells when a key has become one of no use, without showing it', async () => {
    const key = await open();
    expect(key.findProblem()).to.equal(null);

    await writeFile(privateKeyFile(stateDir), 'no key at all');

    expect(key.findProblem()).to.equal('the token key must be a private key on P-256, as PEM');
  });
});
