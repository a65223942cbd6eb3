import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { carryOut } from '../../../lib/cli/doctor/finding.ts';
import { checkRegistry } from '../../../lib/cli/doctor/registry.ts';
import { checkWebServer } from '../../../lib/cli/doctor/web-server.ts';
import { type Config, loadConfig } from '../../../lib/config.ts';
import { generateKeys, publicKeyFile } from '../../../lib/front/keys.ts';
import { createRegistry, type Registry } from '../../support/registry.ts';
import { KINDS, type PushHost, startPushHost } from '../web-server/push-host.ts';
import { environment } from './bench.ts';

for (const kind of KINDS) {
  describe(`the doctor, before a real ${kind} with the shipped configuration`, function () {
    this.timeout(30_000); // starts a web server

    const { signal } = new AbortController();
    let stateDir: string;
    let host: PushHost;
    let registry: Registry;
    let config: Config;

    before(async () => {
      stateDir = await mkdtemp(join(tmpdir(), 'kpr-doctor-'));
      await generateKeys(stateDir);
      host = await startPushHost(kind);
      const publicKey = await readFile(publicKeyFile(stateDir), 'utf8');
      registry = createRegistry({ realm: `${host.url}/token`, publicKey });
      host.push.reply = (response, request) => void registry.answer(request, response);
      host.front.reply = (response, { url = '' }) =>
        void response.writeHead(url.startsWith('/token') ? 200 : 404).end('{"access_token":"a.b.c"}');
      config = loadConfig({ ...environment(stateDir), KPR_PUBLIC_URL: host.url, KPR_CA_FILE: host.caFile });
    });
    after(async () => {
      await host.close();
      await rm(stateDir, { recursive: true });
    });

    it('finds nothing wrong, and lets nothing be written', async () => {
      const findings = [
        await carryOut('registry', checkRegistry(config, signal)),
        await carryOut('web-server', checkWebServer(config, signal)),
      ];

      expect(findings.map(({ result, message }) => `${result} ${message}`)).to.deep.equal([
        'ok realm, Host and a token of ours fit',
        'ok adds kpr.push/ once, refuses DELETE, .. and %2F',
      ]);
      expect(registry.writes).to.deep.equal([]);
    });

    it('says what to do about a certificate that it does not trust', async () => {
      const { message } = await carryOut('web-server', checkWebServer({ ...config, caFile: null }, signal));

      expect(message).to.match(/^https:\/\/localhost:\d+ is not trusted\. Give it a certificate of its name/);
    });
  });
}
