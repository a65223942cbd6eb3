/**
 * What a person gets of what they want, in the order: the login, the name, organization and product, the rights there as
 * Katello tells that person, and last what a push would meet. Nothing is made for a login that may not push, and no rule
 * is told to somebody who has not proved who they are.
 */
import { lookTwice } from '../domain/look-twice.ts';
import { checkOrganization } from '../domain/match.ts';
import { toPulpName } from '../domain/path.ts';
import { refuse } from '../domain/reason.ts';
import { RefusedError } from '../errors.ts';
import type { FrontDeps } from './deps.ts';
import type { Person } from './people.ts';
import { type FoundPlace, findPlace, hasProduct, type Place } from './place.ts';
import type { MakePushProduct } from './push-product.ts';
import { checkPush, findProductOf, findPushLabels } from './target.ts';
import type { Access } from './token.ts';
import { parseWanted, type Wanted } from './wanted.ts';

export interface Grant {
  /** with the names that Pulp knows */
  readonly access: readonly Access[];
  /** push paths that may be pushed to */
  readonly pushed: readonly string[];
  /** false if something that was wanted is left out */
  readonly isWhole: boolean;
}

export type Authorize = (person: Person, wanted: readonly Wanted[], signal: AbortSignal) => Promise<Grant>;

const PERMISSION = 'sync_products';

/**
 * The function that grants or refuses. A push that is not allowed refuses everything; a pull that is not allowed is left
 * out, and clients then upload what they wanted to mount.
 *
 * It throws E_REFUSED with the reason; any other failure is an outage and no grant.
 */
export function createAuthorize(deps: FrontDeps, makePushProduct: MakePushProduct): Authorize {
  const { directory, settings } = deps;

  async function grant(person: Person, wanted: readonly Wanted[], signal: AbortSignal): Promise<Grant> {
    const access: Access[] = [];
    const pushed: string[] = [];
    for (const one of wanted.filter(({ isPush }) => isPush)) {
      const path = await allowPush(person, one, signal);
      access.push({ type: 'repository', name: toPulpName(path, settings.prefix), actions: ['pull', 'push'] });
      pushed.push(path);
    }
    for (const one of wanted.filter(({ isPush }) => !isPush)) {
      const path = await findPullable(person, one, pushed.length > 0, signal);
      if (path !== null)
        access.push({ type: 'repository', name: toPulpName(path, settings.prefix), actions: ['pull'] });
    }
    return { access, pushed, isWhole: access.length === wanted.length };
  }

  /** @returns the push path */
  async function allowPush(person: Person, wanted: Wanted, signal: AbortSignal): Promise<string> {
    const place = await findPushPlace(person, wanted, signal);
    await checkMaySync(person, place, place.product.id, signal);
    const productId = await lookTwice(
      () => checkPush(deps, place, signal),
      () => directory.forget(),
    );
    if (productId !== place.product.id) await checkMaySync(person, place, productId, signal);
    return place.path.path;
  }

  async function findPushPlace(person: Person, wanted: Wanted, signal: AbortSignal): Promise<FoundPlace> {
    const path = parseWanted(wanted, settings.prefix);
    const place = await lookTwice(
      async () => {
        const found = await findPlace(deps, path, signal);
        checkOrganization(found.organization, settings);
        return found;
      },
      () => refresh(person, signal),
    );
    return hasProduct(place) ? place : withPushProduct(person, place, signal);
  }

  /** Makes the push product, for somebody who may push at least somewhere and is a member of the organization. */
  async function withPushProduct(
    person: Person,
    { path, organization }: Place,
    signal: AbortSignal,
  ): Promise<FoundPlace> {
    const held = await person.readPermissions(organization.id, signal);
    if (held === 'hidden' || !held.has(PERMISSION)) throw missing(person, path.path, organization.label);

    directory.forget(); // somebody may just have made it
    const found = await findPlace(deps, path, signal);
    if (hasProduct(found)) return found;
    await makePushProduct(organization, path, signal);
    const made = await findPlace(deps, path, signal);
    if (hasProduct(made)) return made;
    throw refuse('push-product-missing', { org: organization.label, pushProduct: settings.pushProduct });
  }

  async function checkMaySync(
    person: Person,
    { path, organization }: FoundPlace,
    productId: number,
    signal: AbortSignal,
  ): Promise<void> {
    const rights = await person.readRights({ id: productId, organizationId: organization.id }, signal);
    if (rights === 'hidden' || !rights.maySync) throw missing(person, path.path, organization.label);
  }

  /** Null for what the person may not see; @param isMount then it must be there too */
  async function findPullable(
    person: Person,
    wanted: Wanted,
    isMount: boolean,
    signal: AbortSignal,
  ): Promise<string | null> {
    try {
      const path = parseWanted(wanted, settings.prefix);
      const place = await lookTwice(
        () => findPlace(deps, path, signal),
        () => refresh(person, signal),
      );
      if (!hasProduct(place) || !(await sees(person, place, place.product.id, signal))) return null;

      const labels = await findPushLabels(deps, path.path, signal);
      if (labels === null) return isMount ? null : path.path;
      const productId = await findProductOf(deps, place, labels, signal);
      if (productId === null || !(await sees(person, place, productId, signal))) return null;
      return path.path;
    } catch (error) {
      if (error instanceof RefusedError) return null; // of a wrong login too: it is checked at the end
      throw error;
    }
  }

  async function sees(
    person: Person,
    { organization }: FoundPlace,
    productId: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    return (await person.readRights({ id: productId, organizationId: organization.id }, signal)) !== 'hidden';
  }

  /** Only for a login that is right: nobody else may make us ask Katello for everything anew. */
  async function refresh(person: Person, signal: AbortSignal): Promise<void> {
    await person.checkLogin(signal);
    directory.forget();
  }

  return async (person, wanted, signal) => {
    try {
      const granted = await grant(person, wanted, signal);
      await person.checkLogin(signal);
      return granted;
    } catch (error) {
      if (error instanceof RefusedError) await person.checkLogin(signal);
      throw error;
    }
  };
}

function missing({ login }: Person, path: string, org: string): Error {
  return refuse('permission-missing', { login, path, org });
}
