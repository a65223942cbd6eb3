import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describePublicKey } from '../../../lib/front/keys.ts';
import { newKey } from '../../support/told.ts';
import { run, runTyping } from './bench.ts';

describe('kpr keys', () => {
  let parent: string;
  let dir: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'kpr-cli-keys-'));
    dir = join(parent, 'state');
    env = { KPR_STATE_DIR: dir, KPR_PUBLIC_URL: 'https://push.example.com' };
  });
  afterEach(() => rm(parent, { recursive: true }));

  const privatePem = () => readFile(join(dir, 'token.key'), 'utf8');
  const publicPem = () => readFile(join(dir, 'token.pub'), 'utf8');
  const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

  describe('generate', () => {
    it('makes a pair that fits, and the directory around it', async () => {
      const { code, stdout } = await run(['keys', 'generate'], env);

      expect({ code, stdout }).to.deep.equal({
        code: 0,
        stdout: `new private key  ${dir}/token.key\nnew public key   ${dir}/token.pub\n`,
      });
      expect(await publicPem()).to.equal(describePublicKey(await privatePem()));
      expect([await modeOf(dir), await modeOf(join(dir, 'token.key')), await modeOf(join(dir, 'token.pub'))]).to.eql([
        '711',
        '600',
        '644',
      ]);
    });

    it('never replaces a key', async () => {
      await run(['keys', 'generate'], env);
      const before = await privatePem();

      for (const more of [[], ['--yes'], ['--dry-run']]) {
        const { code, stderr } = await run(['keys', 'generate', ...more], env);

        expect({ code, stderr }).to.deep.equal({
          code: 4,
          stderr: `error: keys-exist: ${dir}/token.key is there already\nhint: kpr keys rotate replaces it\n`,
        });
      }
      expect(await privatePem()).to.equal(before);
    });

    it('changes nothing in a dry run', async () => {
      const { code, stdout } = await run(['keys', 'generate', '--dry-run'], env);

      expect(code).to.equal(0);
      expect(stdout).to.match(/^new private key .*\nnew public key .*\ndry run: nothing was changed\n$/);
      expect(await readdir(parent)).to.deep.equal([]);
    });

    it('prints one JSON value, or nothing', async () => {
      const json = await run(['keys', 'generate', '-o', 'json', '--dry-run'], env);
      const quiet = await run(['keys', 'generate', '--quiet'], env);

      expect(JSON.parse(json.stdout)).to.deep.equal({
        privateKeyFile: `${dir}/token.key`,
        publicKeyFile: `${dir}/token.pub`,
        dryRun: true,
      });
      expect(quiet).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    });

    it('needs no other variable, and names a bad one', async () => {
      const { code, stderr } = await run(['keys', 'generate'], { KPR_STATE_DIR: 'relative' });

      expect([code, stderr.split('\n')[0]]).to.deep.equal([
        2,
        'error: configuration: KPR_STATE_DIR: must be an absolute path',
      ]);
    });
  });

  describe('rotate', () => {
    beforeEach(() => run(['keys', 'generate'], env));

    it('replaces the pair with --yes', async () => {
      const before = await privatePem();

      const { code } = await run(['keys', 'rotate', '--yes'], env);

      expect(code).to.equal(0);
      expect(await privatePem()).to.not.equal(before);
      expect(await publicPem()).to.equal(describePublicKey(await privatePem()));
      expect(await readdir(dir)).to.have.members(['token.key', 'token.pub']);
    });

    it('does nothing unasked where nobody can be asked', async () => {
      const before = await privatePem();

      const { code, stderr } = await run(['keys', 'rotate'], env);

      expect(code).to.equal(2);
      expect(stderr).to.equal(
        'error: usage: Every token ends at once, and pushes under way break.\nhint: give --yes to do it\n',
      );
      expect(await privatePem()).to.equal(before);
    });

    it('asks a person, and takes only yes for a yes', async () => {
      const before = await privatePem();

      for (const typed of ['n\n', '\n', 'yesterday\n', '']) {
        const { code, stderr } = await runTyping(typed, ['keys', 'rotate'], env);
        expect(code).to.equal(4);
        expect(stderr).to.contain('Go on? [y/N]').and.contain('error: declined: nothing was changed');
      }
      expect(await privatePem()).to.equal(before);

      expect((await runTyping('y\n', ['keys', 'rotate'], env)).code).to.equal(0);
      expect(await privatePem()).to.not.equal(before);
    });

    it('changes nothing in a dry run, and asks nobody', async () => {
      const before = await privatePem();

      const { code, stdout } = await run(['keys', 'rotate', '--dry-run'], env);

      expect(code).to.equal(0);
      expect(stdout).to.match(/dry run: nothing was changed\n$/);
      expect(await privatePem()).to.equal(before);
    });

    it('says how to make the first pair', async () => {
      await rm(dir, { recursive: true });

      const { code, stderr } = await run(['keys', 'rotate', '--yes'], env);

      expect(code).to.equal(3);
      expect(stderr).to.contain('hint: kpr keys generate');
    });
  });

  describe('show', () => {
    it('prints the public key and what Pulp has to be set to', async () => {
      await run(['keys', 'generate'], env);

      const { code, stdout } = await run(['keys', 'show'], env);

      expect(code).to.equal(0);
      expect(stdout).to.equal(
        [
          await publicPem(),
          '# in the environment of the second pulpcore-api (kpr-pulp-push.service)',
          'PULP_TOKEN_AUTH_DISABLED=False',
          'PULP_TOKEN_SERVER=https://push.example.com/token',
          'PULP_TOKEN_SIGNATURE_ALGORITHM=ES256',
          `PULP_PUBLIC_KEY_PATH=${dir}/token.pub`,
          'PULP_API_APP_TTL=7200',
          '',
        ].join('\n'),
      );
    });

    it('prints the same as JSON', async () => {
      await run(['keys', 'generate'], env);

      const { stdout } = await run(['keys', 'show', '-o', 'json'], env);

      expect(JSON.parse(stdout)).to.deep.equal({
        publicKey: await publicPem(),
        settings: {
          TOKEN_AUTH_DISABLED: false,
          TOKEN_SERVER: 'https://push.example.com/token',
          TOKEN_SIGNATURE_ALGORITHM: 'ES256',
          PUBLIC_KEY_PATH: `${dir}/token.pub`,
          API_APP_TTL: 7200,
        },
      });
    });

    it('shows the key that was given, and never the private one', async () => {
      const pem = newKey();

      const { stdout } = await run(['keys', 'show'], { ...env, KPR_TOKEN_KEY: pem });

      expect(stdout).to.contain(describePublicKey(pem)).and.not.contain('PRIVATE');
    });

    it('says what is missing', async () => {
      const withoutKey = await run(['keys', 'show'], env);
      const withoutUrl = await run(['keys', 'show'], { KPR_STATE_DIR: dir });

      expect([withoutKey.code, withoutUrl.code]).to.deep.equal([3, 2]);
      expect(withoutUrl.stderr).to.contain('KPR_PUBLIC_URL: is required');
    });
  });

  it('leaves a key alone that comes from elsewhere', async () => {
    const given = { ...env, KPR_TOKEN_KEY: newKey() };

    for (const verb of [['generate'], ['rotate', '--yes']]) {
      const { code, stderr } = await run(['keys', ...verb], given);

      expect(code).to.equal(4);
      expect(stderr).to.contain('error: key-given: the key comes from KPR_TOKEN_KEY');
    }
    expect(await readdir(parent)).to.deep.equal([]);
  });

  it('gives the pair to the owner of the directory, when root makes it', async function () {
    if (process.getuid?.() !== 0) this.skip();
    await mkdir(dir);
    await chmod(dir, 0o711);
    await chown(dir, 12_345, 12_346);

    await run(['keys', 'generate'], env);

    const owners = await Promise.all(['token.key', 'token.pub'].map((name) => stat(join(dir, name))));
    expect(owners.map(({ uid, gid }) => `${uid}:${gid}`)).to.deep.equal(['12345:12346', '12345:12346']);
  });
});
