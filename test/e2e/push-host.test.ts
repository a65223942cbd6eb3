/** Pushes as people make them: over TLS, with their Katello login, to the name of the push host. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createImage, createTwoArchitectures, type Pushable } from '../support/image/image.ts';
import { writeLayout } from '../support/image/layout.ts';
import { runCommand } from '../support/servers/command.ts';
import { PUSH_API } from '../support/servers/push-api.ts';
import { KINDS } from '../support/web-server/web-server.ts';
import { describeWorlds, waitUntilPublished } from './harness.ts';

for (const kind of KINDS) {
  describeWorlds(`a push through ${kind}`, (world) => {
    let dir: string;

    before(async () => {
      dir = await mkdtemp(join(tmpdir(), 'kpr-layouts-'));
      await world().serveWith(kind);
    });
    after(async () => {
      await world().serveWith('apache');
      await rm(dir, { recursive: true });
    });

    const skopeo = (...args: string[]) =>
      runCommand('skopeo', args).then(
        (output) => ({ isDone: true, output }),
        (error: unknown) => ({ isDone: false, output: String(error) }),
      );
    const creds = (login: string, secret = `sandbox-${login}`) => `${login}:${secret}`;
    const certificates = () => world().web.certificates;
    const registry = () => world().web.registry;
    async function push(login: string, path: string, pushable: Pushable, secret?: string) {
      const tag = '1';
      const layout = join(dir, pushable.manifest.digest.slice(7, 19));
      await writeLayout(layout, tag, pushable);
      const to = [`--dest-cert-dir=${certificates()}`, `--dest-creds=${creds(login, secret)}`];
      return skopeo('copy', '--all', ...to, `oci:${layout}:${tag}`, `docker://${registry()}/${path}:${tag}`);
    }

    it('appears in Katello, for a user who may push, under a name without prefix', async () => {
      const pushable = createImage({ seed: `${kind} image`, sizeBytes: 2_000_000 });

      expect(await push('dev', `acme/web/${kind}-image`, pushable)).to.deep.include({ isDone: true });

      await waitUntilPublished(world(), { repository: `acme/web/${kind}-image`, tag: '1', pushable });
    });

    it('finds a second API that Pulp does not take for missing while nobody pushes', async () => {
      const log = await readFile(join(world().site.dir, 'log', `${PUSH_API}.log`), 'utf8');

      expect(log)
        .to.match(/Booting worker/)
        .and.not.match(/API_APP_TTL/);
    });

    it('takes a personal access token in place of the password', async () => {
      const pushable = createImage({ seed: `${kind} token` });

      const pushed = await push('dev', `acme/web/${kind}-token`, pushable, 'sandbox-dev-token');

      expect(pushed).to.deep.include({ isDone: true });
    });

    it('makes the push product, and carries an index', async () => {
      const pushable = createTwoArchitectures({ seed: `${kind} index` });

      expect(await push('dev', `acme/${kind}-index`, pushable)).to.deep.include({ isDone: true });

      await waitUntilPublished(world(), { repository: `acme/Container Push/${kind}-index`, tag: '1', pushable });
    });

    it('may name the prefix itself, and be pulled by those who see the product', async () => {
      const pushable = createImage({ seed: `${kind} prefix` });
      const from = [`--src-cert-dir=${certificates()}`, `--src-creds=${creds('viewer')}`];
      const path = `${registry()}/acme/web/${kind}-prefix:1`;

      expect(await push('dev', `kpr.push/acme/web/${kind}-prefix`, pushable)).to.deep.include({ isDone: true });

      expect(await skopeo('copy', ...from, `docker://${path}`, `dir:${join(dir, 'pulled')}`)).to.deep.include({
        isDone: true,
      });
      const stranger = ['inspect', `--cert-dir=${certificates()}`, `--creds=${creds('other')}`, `docker://${path}`];
      expect(await skopeo(...stranger)).to.deep.include({ isDone: false });
    });

    it('takes blobs from another repository of the user', async () => {
      const copy = [`--src-cert-dir=${certificates()}`, `--dest-cert-dir=${certificates()}`];
      const both = [`--src-creds=${creds('dev')}`, `--dest-creds=${creds('dev')}`];
      const at = (path: string) => `docker://${registry()}/acme/web/${kind}-${path}:1`;
      await push('dev', `acme/web/${kind}-source`, createImage({ seed: `${kind} source` }));

      expect(await skopeo('copy', ...copy, ...both, at('source'), at('target'))).to.deep.include({ isDone: true });
    });

    for (const [what, login, path, words] of [
      ['may only look', 'viewer', 'acme/web/refused', 'viewer may not push to acme/web/refused'],
      ['belongs to another organization', 'other', 'acme/refused', 'other may not push to acme/refused'],
      ['pushes to what is not there', 'dev', 'acme/nothing/refused', 'acme has no product nothing'],
      ['is not known', 'nobody', 'acme/web/refused', 'wrong login, password or token'],
      ['is disabled', 'disabled', 'acme/web/refused', 'wrong login, password or token'],
    ] as const) {
      it(`tells a user who ${what} why not`, async () => {
        const { isDone, output } = await push(login, path, createImage({ seed: 'refused' }));

        expect(isDone).to.equal(false);
        expect(output).to.include(words);
      });
    }

    it('cannot be deleted by a client', async () => {
      await push('dev', `acme/web/${kind}-kept`, createImage({ seed: `${kind} kept` }));
      const target = `docker://${registry()}/acme/web/${kind}-kept:1`;

      const { output } = await skopeo('delete', `--cert-dir=${certificates()}`, `--creds=${creds('dev')}`, target);

      expect(output).to.include('delete it in Katello');
    });
  });
}
