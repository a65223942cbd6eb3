import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { carryOut } from '../../../../lib/cli/doctor/finding.ts';
import { checkKeys } from '../../../../lib/cli/doctor/keys.ts';
import { createSecret } from '../../../../lib/config/secret.ts';
import type { Role } from '../../../../lib/config.ts';
import { describePublicKey, generateKeys, publishPublicKey } from '../../../../lib/front/keys.ts';
import { newKey } from '../../../support/told.ts';

describe('the check keys of the doctor', () => {
  let parent: string;
  let stateDir: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'kpr-doctor-keys-'));
    await chmod(parent, 0o755);
    stateDir = join(parent, 'kpr');
    await mkdir(stateDir);
    await chmod(stateDir, 0o711);
  });
  afterEach(() => rm(parent, { recursive: true }));

  const check = (key: string | null = null, roles: readonly Role[] = ['front']) => {
    const token = { key: key === null ? null : createSecret(key), subject: null, seconds: 300, cacheMs: 0 };
    return carryOut('keys', checkKeys({ stateDir, token, roles }));
  };
  const at = (name: string) => join(stateDir, name);

  it('is ok for a pair that fits and can be read by those who need it', async () => {
    await generateKeys(stateDir);

    expect(await check()).to.deep.equal({
      check: 'keys',
      result: 'ok',
      message: `${at('token.pub')} belongs to the private key, and Pulp's user can read it`,
    });
  });

  it('is ok for a key that is given and published', async () => {
    const pem = newKey();
    await publishPublicKey(stateDir, pem);

    expect((await check(pem)).result).to.equal('ok');
  });

  it('waits for the first start', async () => {
    expect(await check()).to.include({
      result: 'warn',
      message: `${at('token.key')} is not there yet. kpr serve makes it.`,
    });
  });

  it('has nothing to ask where the daemon is no front', async () => {
    expect(await check(null, ['worker'])).to.include({ result: 'ok', message: 'this daemon is no front' });
  });

  const faults: [what: string, makeIt: () => Promise<void>, message: RegExp][] = [
    [
      'another public key',
      () => writeFile(at('token.pub'), describePublicKey(newKey())),
      /does not belong to the private key\. Restart kpr/,
    ],
    ['a lost public key', () => rm(at('token.pub')), /token\.pub cannot be read\. Restart kpr/],
    [
      'a private key that others read',
      () => chmod(at('token.key'), 0o640),
      /open to others \(640\)\. chmod 600 \S+, kpr keys rotate$/,
    ],
    [
      'a public key that Pulp cannot read',
      () => chmod(at('token.pub'), 0o600),
      /cannot read \S+token\.pub \(600\)\. chmod 644 /,
    ],
    [
      'a state directory that Pulp cannot pass',
      () => chmod(stateDir, 0o700),
      /\/kpr is closed \(700\)\. chmod o\+x \S+\/kpr$/,
    ],
    ['a directory above that Pulp cannot pass', () => chmod(parent, 0o750), /is closed \(750\)\. chmod o\+x /],
    [
      'a file that holds no key',
      () => writeFile(at('token.key'), newKey().slice(0, 60)),
      /holds no private key on P-256\. kpr keys rotate$/,
    ],
  ];
  for (const [what, makeIt, message] of faults) {
    it(`finds ${what}, and says what to do`, async () => {
      await generateKeys(stateDir);
      await makeIt();

      const found = await check();

      expect(found.result).to.equal('FAIL');
      expect(found.message).to.match(message).and.not.contain('PRIVATE');
    });
  }
});
