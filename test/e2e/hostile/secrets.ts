/** What must never be read: secrets that a run hands in, and whether they got anywhere. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect } from 'chai';
import { createImage } from '../../support/image/image.ts';
import { push } from '../../support/image/push.ts';
import { waitFor } from '../../support/servers/wait.ts';
import { basic } from '../../support/told.ts';
import { signIn } from '../../support/visit.ts';
import { tagSeed } from './attacks/tokens.ts';
import { findLeaks, type Place, readPlaces, type Secrets } from './canary.ts';
import { ask, send, tokenOf } from './client.ts';
import { addPusher, NOTIFY_SECRET, type Site, waitUntilDone } from './site.ts';

/** A secret of the daemon's own. */
export const HOOK_TOKEN = `canary-hook-token-${randomBytes(16).toString('hex')}`;

/** Declares the rules for a site that runs; `site()` is behind the web server of this kind. */
export function describeSecrets(site: () => Site): void {
  const tag = randomBytes(4).toString('hex');
  const marker = `planted-${tag}`;
  let secrets: Secrets;
  let places: readonly Place[];
  let shown: ChildProcess;

  before(async () => {
    shown = spawn(process.execPath, ['-e', 'process.stdin.resume()', marker], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(shown, 'spawn');
    await plant(site(), marker);
    const { web, katello } = site().world;
    const visit = await signIn({ url: web.url, origin: web.url, ca: web.ca }, katello.administrator);
    secrets = { ...(await confide(site(), tag)), "a session's id": visit.session };
    places = await readPlaces(site(), visit);
  });
  after(async () => {
    shown.stdin?.end();
    await once(shown, 'exit');
  });

  it('would be found: what is no secret is found wherever it can get to', () => {
    const everywhere = places
      .map(({ name }) => `marker in ${name}`)
      .filter((found) => !/ (metrics|health)$/.test(found));

    expect(findLeaks(places, { marker })).to.deep.equal(everywhere);
    expect(places.find(({ name }) => name === 'metrics')?.text).to.match(/^kpr_tokens_total\{outcome="refused"\} \d/m);
  });

  it('are nowhere, but that nginx logs the login of whoever asks, even where it is a password', () => {
    const known = site().gate.kind === 'nginx' ? ["password as login in the web server's logs"] : [];

    expect(findLeaks(places, secrets)).to.deep.equal(known);
  });
}

/** Puts a name wherever names get: pushes to it, and asks for it in vain. */
async function plant({ world, gate, events }: Site, marker: string): Promise<void> {
  const path = `acme/web/${marker}`;
  await world.push(path, '1', createImage({ seed: marker }));
  await waitUntilDone(world, [path]);
  await waitFor('an event', async () => events.some((event) => event.includes(marker)) || undefined, {
    timeoutMs: 60_000,
  });
  await ask(gate, { scopes: [`repository:${marker}/api:push`] });
  await send(gate, `/v2/${path}/tags/list`);
}

/** Uses secrets as people do, rightly and wrongly, while things go well and badly. */
async function confide(site: Site, tag: string): Promise<Secrets> {
  const { gate, world, keys } = site;
  const login = `confider-${tag}`;
  const password = `canary "password" ${tag}`;
  const wrong = `canary-wrong-${tag}`;
  const pat = `canary-pat-${tag}`;
  const form = `canary-form-${tag}`;
  const misplaced = `canary-as-login-${tag}`;
  const scopes = ['repository:acme/web/seed:pull,push'];
  const statuses: number[] = [];
  const asked = async (request: Parameters<typeof ask>[1]): Promise<void> => {
    statuses.push((await ask(gate, request)).status);
  };

  await addPusher(site.control, { login, password });
  const image = createImage({ seed: login });
  await push({ url: world.web.url, ca: world.web.ca, login, password }, `acme/web/${login}`, '1', image);
  const token = await tokenOf(gate, { as: login, password, scopes });
  await asked({ as: login, password: wrong, scopes });
  await asked({ as: misplaced, password: 'x', scopes });
  await asked({ as: login, password, scopes: ['repository:globex/secret:push'] });
  await asked({ as: login, password, query: `&x=${'x'.repeat(20_000)}` });
  await site.changeUser(login, { tokens: [{ value: pat, expiresAt: null }] });
  await asked({ as: login, password: pat, scopes });
  const body = new URLSearchParams({ grant_type: 'password', username: login, password: form, service: gate.registry });
  const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
  statuses.push((await send(gate, '/token', { method: 'POST', headers, body: body.toString() })).status);
  statuses.push((await tagSeed(site, [['Authorization', basic(login, password)]])).status);
  await site.control('/faults/answer', {
    path: '/katello/api/v2/products/',
    status: 500,
    contentType: 'application/json',
    body: JSON.stringify({ message: `no idea what ${password} is, nor ${basic(login, password)}` }),
  });
  await asked({ as: login, password, scopes: ['repository:acme/web/other:push'] });
  expect(statuses).to.deep.equal([401, 401, 401, 414, 200, 401, 401, 503]);

  return {
    password,
    credentials: `${login}:${password}`,
    'wrong password': wrong,
    'personal access token': pat,
    'password of a form': form,
    'password as login': misplaced,
    token,
    "a token's signature": token.split('.')[2] ?? '',
    'private key': keys.private.split('\n')[1] ?? '',
    'hook token': HOOK_TOKEN,
    'secret of events': NOTIFY_SECRET.replace('whsec_', ''),
    "kpr's own password": world.katello.service.password,
    "Redis' password": new URL(world.redis.url).password,
  };
}
