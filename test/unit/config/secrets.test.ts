import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { openSecret } from '../../../lib/config/secret.ts';
import { loadSecret } from '../../../lib/config/secrets.ts';

describe('loadSecret', () => {
  let dir: string;
  let problems: string[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kpr-secret-'));
    problems = [];
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  const write = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };

  it('reads the variable', () => {
    expect(loadSecret('KPR_PASSWORD', { KPR_PASSWORD: 'a b' }, problems)?.reveal()).to.equal('a b');
  });

  it('reads the file, without its line end', () => {
    const env = { KPR_PASSWORD_FILE: write('password', ' from file \n') };

    expect(loadSecret('KPR_PASSWORD', env, problems)?.reveal()).to.equal(' from file ');
  });

  it('reads the systemd credential', () => {
    write('katello_password', 'from systemd');

    const secret = loadSecret('KPR_KATELLO_PASSWORD', { CREDENTIALS_DIRECTORY: dir }, problems);

    expect(secret?.reveal()).to.equal('from systemd');
  });

  it('finds the credential of a name without the prefix', () => {
    write('redis_url', 'redis://localhost');

    expect(loadSecret('REDIS_URL', { CREDENTIALS_DIRECTORY: dir }, problems)?.reveal()).to.equal('redis://localhost');
  });

  it('refuses two at once', () => {
    const env = { KPR_PASSWORD: 'a', KPR_PASSWORD_FILE: write('password', 'b') };

    loadSecret('KPR_PASSWORD', env, problems);

    expect(problems).to.deep.equal(['KPR_PASSWORD: is given twice, by KPR_PASSWORD and KPR_PASSWORD_FILE']);
  });

  for (const [what, file] of Object.entries({ missing: '/does/not/exist', relative: 'password' })) {
    it(`refuses a ${what} file`, () => {
      loadSecret('KPR_PASSWORD', { KPR_PASSWORD_FILE: file }, problems);

      expect(problems).to.deep.equal(['KPR_PASSWORD_FILE: must be the absolute path of a file that kpr can read']);
    });
  }

  it('refuses an empty file', () => {
    loadSecret('KPR_PASSWORD', { KPR_PASSWORD_FILE: write('password', '\n') }, problems);

    expect(problems).to.deep.equal(['KPR_PASSWORD_FILE: the file is empty']);
  });

  it('checks the form without repeating the value', () => {
    loadSecret('KPR_HOOK_TOKEN', { KPR_HOOK_TOKEN: 'short' }, problems);
    loadSecret('KPR_HOOK_SECRET', { KPR_HOOK_SECRET: 'hunter2' }, problems);
    loadSecret('KPR_TOKEN_KEY', { KPR_TOKEN_KEY: 'hunter2' }, problems);

    expect(problems).to.deep.equal([
      'KPR_HOOK_TOKEN: must have at least 32 characters',
      'KPR_HOOK_SECRET: must be whsec_ and base64',
      'KPR_TOKEN_KEY: must be a private key on P-256, as PEM',
    ]);
  });
});

describe('openSecret', () => {
  let file: string;

  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'kpr-secret-')), 'secret');
    writeFileSync(file, 'first');
  });

  it('follows its file', () => {
    const secret = openSecret(file);

    writeFileSync(file, 'second');
    utimesSync(file, new Date(), new Date(Date.now() + 5000));

    expect(secret.reveal()).to.equal('second');
  });

  it('keeps the last value while the file is away', () => {
    const secret = openSecret(file);

    rmSync(file);

    expect(secret.reveal()).to.equal('first');
  });

  it('does not show itself when printed', () => {
    const secret = openSecret(file);

    expect([secret.toString(), JSON.stringify({ secret }), inspect(secret)].join()).to.not.contain('first');
  });
});
