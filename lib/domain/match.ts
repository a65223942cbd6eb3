/**
 * Finds the organization, product and repository that a push path means. Case is folded, because clients refuse upper
 * case; Katello does not fold, so two rows may fit, and then the push is refused rather than guessed.
 *
 * Rows are passed as Katello sends them.
 */
import type { DistributionRow } from './claim.ts';
import { katelloLabel } from './label.ts';
import { fromPulpName, type PushPath } from './path.ts';
import { refuse } from './reason.ts';

export interface Row {
  readonly id: number;
  readonly name: string;
  readonly label: string;
}

/**
 * The row found. Katello checks names in the application only, so two creates at one moment leave twins with one name
 * and label (Katello 4.14 to 5.0): the lowest id is used, `twins` holds the others, ascending.
 */
export type Match<T extends Row> = T & { readonly twins: readonly number[] };

/** What tells whether a Katello repository may be filled by pushes. */
export interface TargetRow {
  readonly url: string | null;
  /** absent in lists and before Katello 4.14 */
  readonly is_container_push?: boolean | undefined;
  readonly version_href: string | null;
  readonly container_repository_name: string | null;
  readonly relative_path: string | null;
}

/** Which organizations may be pushed to: labels, folded; an empty list allows all, and to deny is stronger. */
export interface OrganizationRules {
  readonly organizationsAllow: readonly string[];
  readonly organizationsDeny: readonly string[];
}

/** @throws E_REFUSED unknown-organization, ambiguous-label */
export function matchOrganization<T extends Row>(organizations: readonly T[], { organization }: PushPath): T {
  const fitting = organizations.filter(({ id, label }) =>
    organization.by === 'id' ? id === organization.id : fold(label) === organization.label,
  );
  const [found, other] = fitting;
  if (!found) throw refuse('unknown-organization', { org: typed(organization) });
  if (other) throw ambiguous(typed(organization), fitting);
  return found;
}

/** @throws E_REFUSED organization-excluded */
export function checkOrganization({ label }: Row, rules: OrganizationRules): void {
  const folded = fold(label);
  const isAllowed = rules.organizationsAllow.length === 0 || rules.organizationsAllow.includes(folded);
  if (!isAllowed || rules.organizationsDeny.includes(folded)) throw refuse('organization-excluded', { org: label });
}

/**
 * The product of the path among those of its organization. The push product is found by its exact name; if there is
 * none of that name, by the label that Katello derives from it, which a renamed product keeps.
 *
 * @returns null when the path names no product and the push product is not there yet
 * @throws E_REFUSED unknown-product, ambiguous-label
 */
export function matchProduct<T extends Row>(
  products: readonly T[],
  path: PushPath,
  pushProductName: string,
): Match<T> | null {
  const { organization, product, name } = path;
  if (product.by === 'push-product') {
    const label = katelloLabel(pushProductName);
    return (
      onlyOne(products.filter((row) => row.name === pushProductName)) ??
      onlyOne(products.filter((row) => label !== null && fold(row.label) === fold(label)))
    );
  }

  const found = onlyOne(
    products.filter(({ id, label }) => (product.by === 'id' ? id === product.id : fold(label) === product.label)),
  );
  if (!found) throw refuse('unknown-product', { org: typed(organization), product: typed(product), name });
  return found;
}

/**
 * The repository of that name among those of its product.
 *
 * @returns null when it is not there yet and its label is free
 * @throws E_REFUSED ambiguous-label; label-taken when another name has the label that Katello would derive
 */
export function matchRepository<T extends Row>(rows: readonly T[], name: string): Match<T> | null {
  const found = onlyOne(rows.filter((row) => fold(row.name) === name));
  if (found) return found;

  const label = katelloLabel(name);
  const other = rows.find((row) => label !== null && fold(row.label) === fold(label));
  if (other) throw refuse('label-taken', { other: other.name, label: other.label });
  return null;
}

/**
 * Passes if pushes may fill the repository.
 *
 * @throws E_REFUSED synced-repository, native-push-repository
 */
export function checkTarget(repository: TargetRow, { path }: PushPath, katelloHost: string): void {
  if (repository.url) throw refuse('synced-repository', { path, url: repository.url });
  if (isNativePush(repository)) throw refuse('native-push-repository', { path, katelloHost });
}

/**
 * Passes unless the distribution, which carries the label of this repository, is that of another path: several spellings
 * lead to one repository, and the first that was labelled fills it.
 *
 * @throws E_REFUSED other-owner
 */
export function checkOwner(distribution: DistributionRow, repositoryId: number, path: string, prefix: string): void {
  const other = fromPulpName(distribution.base_path, prefix);
  if (other !== null && other !== path && distribution.repository) {
    throw refuse('other-owner', { other, id: String(repositoryId) });
  }
}

/**
 * True for what Katello's own push made. Lists do not say who made a repository. Only Katello's own push gives both paths the pushed name with its slashes
 * (Katello 4.14 to 5.0), or a Pulp repository of the push type (pulp_container up to 2.28).
 */
export function isNativePush(repository: TargetRow): boolean {
  if (repository.is_container_push !== undefined) return repository.is_container_push;
  const { container_repository_name: name, relative_path: path, version_href: href } = repository;
  return (name !== null && name === path && name.includes('/')) || (href?.includes('/container-push/') ?? false);
}

/** The one row, or the first of twins; rows that merely fold to the same are refused. */
function onlyOne<T extends Row>(fitting: readonly T[]): Match<T> | null {
  const [first, ...others] = fitting.toSorted((a, b) => a.id - b.id);
  if (!first) return null;
  if (others.some(({ name, label }) => name !== first.name || label !== first.label)) {
    throw ambiguous(fold(first.label), fitting);
  }
  return { ...first, twins: others.map(({ id }) => id) };
}

function ambiguous(label: string, fitting: readonly Row[]): Error {
  const [a, b] = fitting.map(({ id }) => id).toSorted((x, y) => x - y);
  return refuse('ambiguous-label', { label, a: String(a), b: String(b) });
}

/** As the user typed it. */
function typed(part: Exclude<PushPath['product'], { by: 'push-product' }>): string {
  return part.by === 'id' ? `id/${part.id}` : part.label;
}

function fold(text: string): string {
  return text.toLowerCase();
}
