/** The hostile table, run against a whole push host; docs/hostile.md shows it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { WORLDS } from '../../support/servers/pins.ts';
import { basic } from '../../support/told.ts';
import { KINDS } from '../../support/web-server/web-server.ts';
import { readTold } from './attack.ts';
import { isSmuggledIn } from './attacks/smuggling.ts';
import { tagSeed } from './attacks/tokens.ts';
import { tokenOf } from './client.ts';
import { describeSecrets, HOOK_TOKEN } from './secrets.ts';
import { type Site, settle, startSite, waitUntilListed } from './site.ts';
import { compareSnapshots, type Snapshot } from './snapshot.ts';
import { CHAPTERS } from './table.ts';

/** A Pulp starts, and first pushes go all the way. */
const START_MS = 300_000;
/** A thousand logins take some seconds, on a busy machine a minute. */
const ATTACK_MS = 180_000;

/** In short, while the end-to-end tests of world a have the clients to go through. */
const worlds = process.env['KPR_TEST_LONG'] === '1' ? WORLDS : (['b'] as const);

for (const name of worlds) {
  describe(`under attack (world ${name})`, function () {
    this.timeout(ATTACK_MS);
    let started: Site;
    const readLog = (server: string) => readFile(join(started.world.site.dir, 'log', `${server}.log`), 'utf8');

    before(async function () {
      this.timeout(START_MS);
      started = await startSite(name, { KPR_LOG_LEVEL: 'debug', KPR_HOOK_TOKEN: HOOK_TOKEN });
    });
    after(() => started?.stop());

    for (const kind of KINDS) {
      describe(`the push host with ${kind}`, () => {
        let site: Site;
        let atRest: Snapshot;

        before(async function () {
          this.timeout(START_MS);
          site = await started.serveWith(kind);
          atRest = await settle(site);
        });

        for (const { door, title, attacks } of CHAPTERS) {
          describe(`at the ${door}: ${title}`, () => {
            for (const { id, what, told, send } of attacks) {
              it(`${id}: ${what}`, async () => {
                const answer = await send(site);

                expect(readTold(answer, site.gate.registry)).to.deep.equal(told[kind]);
              });
            }

            it('of all that, nothing is left in Pulp or Katello', async () => {
              expect(compareSnapshots(atRest, await site.takeSnapshot())).to.deep.equal([]);
            });
          });
        }

        describe('afterwards', () => {
          it('Pulp was never handed a request within a request', async () => {
            const log = await readLog('pulp-push-api');

            expect(log).to.include('/v2/kpr.push/smuggled/'); // the one that came as a request of its own
            expect(isSmuggledIn(log)).to.equal(false);
          });

          it("Katello's lock is open for kpr's own account", async () => {
            const { url, service } = site.world.katello;
            const headers = { authorization: basic(service.login, service.password) };

            const answer = await fetch(`${url}/katello/api/v2/organizations`, { headers });

            expect(answer.status).to.equal(200);
          });

          it('those who were there before push on, and the snapshot shows it', async () => {
            const token = await tokenOf(site.gate, { scopes: ['repository:acme/web/seed:pull,push'] });

            const { status } = await tagSeed(site, [['Authorization', `Bearer ${token}`]], `through-${kind}`);

            expect(status).to.equal(201);
            expect(compareSnapshots(atRest, await site.takeSnapshot())).to.include('container_tag');
            await waitUntilListed(site, `through-${kind}`);
          });
        });
      });
    }

    for (const kind of KINDS) {
      describe(`secrets that came through ${kind}`, function () {
        this.timeout(START_MS);
        let site: Site;
        before(async () => {
          site = await started.serveWith(kind);
        });
        describeSecrets(() => site);
      });
    }

    describe('the log of the daemon', () => {
      it('is whole lines of JSON, with nothing in them that a terminal obeys', async () => {
        const log = await readLog('reactor');

        for (const line of log.trimEnd().split('\n')) expect(JSON.parse(line), line).to.be.an('object');
        expect(log).to.include('owned'); // what an attacker wanted it to say
        expect(log.replaceAll('\n', '')).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      });
    });
  });
}
