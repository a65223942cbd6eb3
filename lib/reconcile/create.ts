/**
 * Makes the product and the repository that a push lacks. Katello checks names in the application only: two creates at
 * one moment both succeed, so what exists is listed again afterwards and the lowest id wins (Katello 4.14 to 5.0).
 */
import { checkContainerName, katelloLabel } from '../domain/label.ts';
import { matchProduct, matchRepository } from '../domain/match.ts';
import { refuse } from '../domain/reason.ts';
import { BusyError, HttpStatusError, InvariantError, TaskTimeoutError } from '../errors.ts';
import { busyWith } from './busy.ts';
import type { ReconcileDeps, Settings } from './deps.ts';
import { LEASE_TTL_MS, withLease } from './lease.ts';
import type { Resolved } from './resolve.ts';

const METADATA_GENERATE = 'Actions::Katello::Repository::MetadataGenerate';
/** Seen: 1 to 2 s (Katello 5.0, idle). */
const GAPS_MS = [300, 500, 500, 500, 500, 1000, 2000, ...Array.from({ length: 24 }, () => 5000)];

/** What making a push product needs, which the front has too. */
export type PushProductDeps = Pick<ReconcileDeps, 'katello' | 'directory' | 'acquireLease' | 'log'> & {
  readonly settings: Pick<Settings, 'pushProduct' | 'mayCreatePushProduct'>;
};

/**
 * Makes the organization's push product, or finds the one that somebody else just made.
 *
 * @throws E_REFUSED push-product-missing, name-refused where it would stay empty; E_BUSY while another run makes it
 */
export async function createPushProduct(
  deps: PushProductDeps,
  { organization, path }: Pick<Resolved, 'organization' | 'path'>,
  signal?: AbortSignal,
): Promise<void> {
  const { pushProduct, mayCreatePushProduct } = deps.settings;
  if (!mayCreatePushProduct) throw refuse('push-product-missing', { org: organization.label, pushProduct });

  const name = `push-product/${organization.id}`;
  const lease = await deps.acquireLease(name, LEASE_TTL_MS);
  if (!lease) throw new BusyError('katello', `another run makes ${pushProduct} in ${organization.label}`, [], false);
  await withLease(name, lease, async (guard) => {
    const find = async (): Promise<ReturnType<typeof matchProduct>> => {
      deps.directory.forget();
      return matchProduct(await deps.directory.listProducts(organization.id, signal), path, pushProduct);
    };
    if (await find()) return;

    const labels = { organization: organization.label, product: katelloLabel(pushProduct) };
    checkContainerName(path.name, labels, await deps.directory.readVersion(signal));

    guard();
    await unlessTaken(deps.katello.createProduct(organization.id, pushProduct, signal));
    const product = await find();
    if (!product) throw new InvariantError(`Katello has no product ${pushProduct} after it was made`);
    warnOfTwins(deps, 'product', product.twins);
  });
}

/**
 * Makes the repository and waits until Katello made its distribution too.
 *
 * @returns its id: of the one just made, or of the one that somebody else made meanwhile
 * @throws E_REFUSED label-taken, name-refused
 */
export async function createRepository(
  deps: ReconcileDeps,
  { organization, path }: Resolved,
  productId: number,
  signal?: AbortSignal,
): Promise<number> {
  const refusal = await unlessTaken(deps.katello.createRepository(productId, path.name, signal)).catch(
    (error: unknown) => {
      deps.directory.forget(); // the product may be gone
      throw error;
    },
  );
  const rows = await deps.katello.listRepositories(organization.id, productId, signal);
  const repository = matchRepository(rows, path.name);
  if (!repository) {
    if (!refusal) throw new InvariantError(`Katello has no repository ${path.name} after it was made`);
    throw refuse('name-refused', { name: path.name, message: refusal.failure.detail });
  }

  warnOfTwins(deps, 'repository', repository.twins);
  await waitForDistribution(deps, repository.id, signal);
  return repository.id;
}

/** Katello's refusal (422) when the name is taken or not allowed, null when it was made. */
async function unlessTaken(creating: Promise<unknown>): Promise<HttpStatusError | null> {
  try {
    await creating;
    return null;
  } catch (error) {
    if (error instanceof HttpStatusError && error.failure.status === 422) return error;
    throw error;
  }
}

/**
 * Waits for the task that makes the distribution, which starts after the create was answered. Before it ended, a publish
 * could make a second distribution (Katello 4.14 to 5.0).
 */
async function waitForDistribution(deps: ReconcileDeps, repositoryId: number, signal?: AbortSignal): Promise<void> {
  for (const gapMs of GAPS_MS) {
    const tasks = await deps.katello.searchTasks(
      { resourceType: 'Katello::Repository', resourceId: repositoryId },
      signal,
    );
    const making = tasks.filter(({ label }) => label === METADATA_GENERATE);
    if (making.some(({ state }) => state === 'stopped')) return;
    if (tasks.some(({ state }) => state === 'paused')) throw await busyWith(deps.katello, repositoryId, signal);
    await deps.delay(gapMs, signal);
  }
  throw new TaskTimeoutError(
    'katello',
    METADATA_GENERATE,
    GAPS_MS.reduce((sum, ms) => sum + ms, 0),
  );
}

function warnOfTwins({ log }: Pick<ReconcileDeps, 'log'>, what: string, others: readonly number[]): void {
  if (others.length > 0) log.error('katello has twins of one name; the lowest id is used', { what, others });
}
