/**
 * The registry name of a repository: default or rendered from the environment's pattern, cleaned, validated.
 *
 * @see Katello 4.14 (joined by `-`, loose) and 4.17 and later (joined by `/`, strict)
 */
import type { Traits } from '../traits.ts';

/** What a name is made of; environment and view are null for the default view's library instances. */
export interface NameParts {
  readonly organization: string;
  readonly product: string;
  readonly repository: string;
  readonly environment: string | null;
  readonly contentView: string | null;
  /** `1_0`, for archives */
  readonly version: string | null;
}

/** Raised where the pattern calls something that a pattern may not call. */
export class PatternError extends Error {}

/** The container name, cleaned and lower case; possibly invalid, see `isValidContainerName`. */
export function renderContainerName(
  pattern: string | null,
  parts: NameParts,
  names: PatternNames,
  traits: Traits,
): string {
  if (pattern !== null && pattern.trim() !== '') return clean(renderPattern(pattern, names));

  const { organization, environment, contentView, version, product, repository } = parts;
  const middle = contentView === null ? [] : environment === null ? [contentView, version] : [environment, contentView];
  return clean(
    [organization, ...middle, product, repository].filter((part) => part !== null).join(traits.containerNameJoin),
  );
}

/** May Katello of this version use the name? */
export function isValidContainerName(name: string, traits: Traits): boolean {
  if (name === '' || name.length > 255) return false;
  const component = traits.strictContainerName ? /^[a-z0-9]+([._-][a-z0-9]+)*$/ : /^[a-z0-9][a-z0-9._-]*$/;
  return name.split('/').every((part) => component.test(part));
}

/** Text of the validation error on `container_repository_name`. */
export function invalidNameText(traits: Traits): string {
  return traits.strictContainerName
    ? "The generated container repository name is invalid. Please review the lifecycle environment's registry name pattern. It may be caused by special characters in the components that make up the name, like the organization."
    : 'invalid container image name';
}

/** `organization.label` and the like, as a pattern may name them. */
export type PatternNames = Readonly<Record<string, Readonly<Record<string, string>>>>;

function renderPattern(pattern: string, names: PatternNames): string {
  return pattern.replace(/<%=\s*([a-z_]+)\.([a-z_]+)\s*%>/g, (_all, subject: string, method: string) => {
    const value = names[subject]?.[method];
    if (value === undefined) throw new PatternError(`undefined method '#${method}' for ${jailOf(subject)}`);
    return value;
  });
}

function jailOf(subject: string): string {
  const name = subject.replace(/(^|_)([a-z])/g, (_all, _bar, letter: string) => letter.toUpperCase());
  return `Katello::${name}::Jail (Katello::${name})`;
}

function clean(name: string): string {
  return name
    .replace(/[^a-zA-Z0-9\-_/]/g, '_')
    .replace(/_{3,}/g, '_')
    .replace(/-_|^_+|_+$/g, '')
    .toLowerCase();
}
