/**
 * Whether a task of Katello proves that the repository of a push path was destroyed, and not another one that had the
 * same id later: a Katello that was restored from a backup gives ids again.
 */
import { katelloLabel } from './label.ts';
import type { PushPath } from './path.ts';

/** What a Destroy task says it destroyed; a part that it does not name is undefined. */
export interface Destroyed {
  readonly repository?: Named | undefined;
  readonly product?: Named | undefined;
  readonly organization?: Named | undefined;
}

interface Named {
  readonly id?: number | undefined;
  readonly name?: string | undefined;
  readonly label?: string | undefined;
}

/** True unless a part that the task names is another one's than the path's. */
export function isOfPath({ repository, product, organization }: Destroyed, path: PushPath): boolean {
  return isOwner(organization, path.organization) && isOwner(product, path.product) && isNamed(repository, path.name);
}

function isOwner(named: Named | undefined, part: PushPath['product']): boolean {
  if (part.by === 'push-product') return true;
  if (part.by === 'id') return named?.id === undefined || named.id === part.id;
  return named?.label === undefined || fold(named.label) === part.label;
}

/** A name may have been changed since the repository was made; its label may not. */
function isNamed(named: Named | undefined, name: string): boolean {
  if (named?.name === undefined && named?.label === undefined) return true;
  const label = katelloLabel(name);
  return fold(named.name ?? '') === name || (label !== null && fold(named.label ?? '') === fold(label));
}

function fold(text: string): string {
  return text.toLowerCase();
}
