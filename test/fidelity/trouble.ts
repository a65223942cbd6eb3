/**
 * What the recorders did between the exchanges that no answer shows: backends taken away, addresses locked out, a tag
 * moved behind a published copy. Same names mean the same in every version.
 */
import type { World } from '../support/katello/state/rows.ts';
import type { Driver } from './driver.ts';
import type { Facts } from './facts.ts';
import { listAt, objectAt, textAt, textsIn } from './json.ts';
import { identityOf } from './people.ts';
import type { PulpDouble } from './pulp-double.ts';
import type { RecordedExchange } from './recording.ts';

export interface Stage {
  readonly driver: Driver;
  readonly pulp: PulpDouble;
}

/** Address that the brute force recordings came from; 192.0.2.7 stands for it in their headers. */
export const LOCKED_ADDRESS = '127.0.0.7';
const FREE_ADDRESS = '127.0.0.1';

/** Loopback address that the exchange comes from. */
export function addressOf({ slug }: RecordedExchange): string {
  if (slug === 'bruteforce-success-does-not-reset') return '127.0.0.9';
  if (slug === 'bruteforce-other-address' || slug === 'bruteforce-released') return '127.0.0.8';
  return slug.startsWith('bruteforce-') ? LOCKED_ADDRESS : FREE_ADDRESS;
}

/** Sets backends as they were during the exchange. */
export async function prepareTrouble(
  { driver, pulp }: Stage,
  exchange: RecordedExchange,
  isHealed: boolean,
): Promise<void> {
  const { slug, response } = exchange;
  const isFailing = [...textsIn(response.body)].some((text) => text.includes('CandlepinError'));
  if (slug.startsWith('candlepin-down-')) await driver.control('POST /faults/candlepin', { state: 'down' });
  else if (isFailing) await driver.control('POST /faults/candlepin', { state: 'failing' });
  else if (isHealed || response.status === 201) await driver.control('POST /faults/candlepin', { state: 'ok' });
  await pulp.setReachable(!slug.startsWith('pulp-down-'));
}

/** Changes to the world's rows that belong to the exchange. */
export function applyTrouble(world: World, { slug, response }: RecordedExchange): void {
  for (const proxy of world.proxies) {
    const isDown =
      slug.startsWith('mirror-down-') || [...textsIn(response.body)].join('').includes('connection to proxy1');
    proxy.behaviour = isDown ? 'unreachable' : slug.startsWith('mirror-sync-failing') ? 'failing' : 'ok';
  }
  const timeout = /foreman_tasks_sync_task_timeout' \((\d+)s\)/.exec([...textsIn(response.body)].join(''))?.[1];
  const isShort = timeout !== undefined || slug === 'import-sync-timeout';
  world.settings = world.settings.filter((row) => row.name !== 'foreman_tasks_sync_task_timeout');
  if (isShort) world.settings.push({ name: 'foreman_tasks_sync_task_timeout', value: Number(timeout ?? 1) });
}

/** Label of a task that has to be held back while the answer is made; null for none. */
export function heldDuring({ slug }: RecordedExchange): string | null {
  return slug === 'import-sync-timeout' ? 'ImportUpload' : null;
}

/** Done behind everybody's back, right before the exchange. */
export async function doBefore({ driver, pulp }: Stage, exchange: RecordedExchange): Promise<void> {
  const { slug } = exchange;
  if (slug === 'bruteforce-locked-wrong') await failLogins(driver, LOCKED_ADDRESS, 30);
  if (slug === 'bruteforce-success-does-not-reset') {
    await failLogins(driver, '127.0.0.9', 29);
    await logIn(driver, 'brute', false, '127.0.0.9');
    await failLogins(driver, '127.0.0.9', 1);
  }
  if (slug === 'bruteforce-released') await driver.control('POST /clock', { advanceMs: 5 * 60_000 });
  if (slug === 'px-deleted-import') pulp.memory.forget(await pulpRepositoryOf(driver, exchange));
  if (slug === 'content-view-copy-tags-after-move') await moveTagInLibrary({ driver, pulp }, exchange);
}

/** An image that somebody had put into the repository, so that the recorded upload could name it. */
export async function putUploadedImages(
  { driver, pulp }: Stage,
  exchange: RecordedExchange,
  { manifests }: Facts,
): Promise<void> {
  if (textAt(exchange.request.body, 'content_type') !== 'docker_tag') return;
  const repository = await pulpRepositoryOf(driver, exchange);
  for (const upload of listAt(exchange.request.body, 'uploads')) {
    const digest = textAt(upload, 'digest') ?? '';
    if (/^sha256:[0-9a-f]{64}$/.test(digest) && !/^sha256:0+$/.test(digest)) {
      pulp.memory.putImage(repository, digest, objectAt(manifests.get(digest), 'labels'));
    }
  }
}

async function pulpRepositoryOf(driver: Driver, { request }: RecordedExchange): Promise<string> {
  const id = Number(/\/repositories\/(\d+)/.exec(request.path)?.[1] ?? 0);
  const world = await driver.readWorld();
  return world.repositories.find((row) => row.id === id)?.pulpHref ?? '';
}

/** The library instance of the copy gets its tag moved to the other image, which Katello then indexes. */
async function moveTagInLibrary({ driver, pulp }: Stage, { request }: RecordedExchange): Promise<void> {
  const copyId = Number(new URL(request.path, 'http://katello').searchParams.get('repository_id'));
  const world = await driver.readWorld();
  const copy = world.repositories.find((row) => row.id === copyId);
  const library = world.repositories.find((row) => row.id === copy?.libraryInstanceId);
  if (library?.pulpHref === undefined || library.pulpHref === null) return;
  const moved = pulp.memory.moveTag(library.pulpHref, library.versionHref ?? '');
  if (moved === null) return;
  const body = { content_type: 'docker_tag', uploads: [{ id: 'x', name: moved.name, digest: moved.digest }] };
  await driver.send({
    method: 'PUT',
    path: `/katello/api/v2/repositories/${library.id}/import_uploads`,
    headers: { 'content-type': 'application/json', authorization: identityOf('svc', false).authorization ?? '' },
    body: JSON.stringify(body),
    from: FREE_ADDRESS,
  });
}

async function failLogins(driver: Driver, from: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await logIn(driver, 'brute', true, from);
}

async function logIn(driver: Driver, login: string, isWrong: boolean, from: string): Promise<void> {
  const { authorization } = identityOf(login, isWrong);
  const headers = { authorization: authorization ?? '' };
  await driver.send({ method: 'GET', path: '/api/v2/current_user', headers, body: null, from });
}

/** Login of the user whose cookie the request carried, where only the answer tells. */
export function cookieOwnerOf({ request, response }: RecordedExchange): string | null {
  return request.headers['Cookie'] === undefined ? null : textAt(objectAt({ body: response.body }, 'body'), 'login');
}
