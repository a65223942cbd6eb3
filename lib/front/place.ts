/** Where a push path leads in Katello: its organization and product, found with the account of the reactor. */
import { matchOrganization, matchProduct, type Row } from '../domain/match.ts';
import type { PushPath } from '../domain/path.ts';
import type { FrontDeps } from './deps.ts';

export interface Place {
  readonly path: PushPath;
  readonly organization: Row;
  /** null: the push product, which is not there yet */
  readonly product: Row | null;
}

/** A place whose product is there. */
export type FoundPlace = Place & { readonly product: Row };

/** @throws E_REFUSED unknown-organization, unknown-product, ambiguous-label */
export async function findPlace(
  { directory, settings }: Pick<FrontDeps, 'directory' | 'settings'>,
  path: PushPath,
  signal: AbortSignal,
): Promise<Place> {
  const organization = matchOrganization(await directory.listOrganizations(signal), path);
  const products = await directory.listProducts(organization.id, signal);
  return { path, organization, product: matchProduct(products, path, settings.pushProduct) };
}

export function hasProduct(place: Place): place is FoundPlace {
  return place.product !== null;
}
