/**
 * Image manifests that no tag and no list needs any more.
 */
import type { Manifest, Target } from './snapshot.ts';
import { manifestOf, type Ownership, type TagDecision, tagAfter } from './tag-decision.ts';

/**
 * Image manifests of target that nothing refers to once the decisions are carried out. Of a target that is not
 * wholly ours only those that a moved or removed tag named.
 *
 * Empty when target's manifests were not read, or the manifest of a tag that stays: it might be any of them. Also when no
 * tag stays: Katello could not be told to look.
 */
export function findSuperseded(
  { manifests }: Target,
  decisions: readonly TagDecision[],
  ownership: Ownership,
): readonly Manifest[] {
  const staying = decisions.flatMap((decision) => tagAfter(decision) ?? []).map(({ manifest }) => manifest);
  if (manifests === null || staying.length === 0 || staying.includes(null)) return [];

  const roots = staying.filter((manifest) => manifest !== null);
  const lists = [...manifests, ...roots].filter(({ kind }) => kind === 'list');
  const referenced = new Set([...roots.map(({ href }) => href), ...lists.flatMap(({ children }) => children)]);
  const replaced = new Set(decisions.flatMap(replacedManifest));

  return manifests
    .filter(({ kind, href }) => kind === 'image' && !referenced.has(href))
    .filter(({ href }) => ownership === 'ours' || replaced.has(href));
}

function replacedManifest({ kind, there }: TagDecision): string[] {
  return there && (kind === 'copy' || kind === 'remove') ? [manifestOf(there).href] : [];
}
