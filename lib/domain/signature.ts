/**
 * Signatures of the atomic kind (`podman push --sign-by`). Pulp keeps them beside the tags and copies them into no other
 * repository (pulp_container 2.9 to 2.30); those of cosign are tags and travel as such.
 */
import type { Claim } from './claim.ts';
import type { Plan } from './plan.ts';
import type { Pushed } from './snapshot.ts';

/** Of one push version: what is signed, and how a tag leads there. Manifests by href. */
export interface Signed {
  readonly manifests: ReadonlySet<string>;
  readonly tags: readonly { readonly name: string; readonly manifest: string }[];
  readonly lists: readonly { readonly href: string; readonly children: readonly string[] }[];
}

/**
 * True if more versions arrived since the claim than this plan copies tags. A pushed tag makes one version, and so does a
 * signature; so does a deletion, and a tag that was pushed twice makes two, which is worth a look in vain.
 */
export function mayBeSigned({ actions }: Plan, { version }: Pick<Pushed, 'version'>, claim: Claim | null): boolean {
  const copied = actions.flatMap((action) => (action.kind === 'copy-tags' ? action.tags : [])).length;
  return version - (claim?.pushVersion ?? 0) > copied;
}

/** Names of the tags whose manifest is signed, or one that it lists. */
export function signedTags({ manifests, tags, lists }: Signed): string[] {
  const childrenOf = new Map(lists.map(({ href, children }) => [href, children]));
  const isSigned = (href: string): boolean =>
    manifests.has(href) || (childrenOf.get(href) ?? []).some((child) => manifests.has(child));
  return tags.filter(({ manifest }) => isSigned(manifest)).map(({ name }) => name);
}

/** The plan, which says of these tags that their signature stays behind. */
export function leaveSignatures(plan: Plan, tags: readonly string[]): Plan {
  if (tags.length === 0) return plan;
  const left = tags.map((tag) => ({ tag, reason: 'atomic-signature', details: { tag } }) as const);
  const leftAlone = [...plan.leftAlone, ...left].toSorted((a, b) => compare(a.tag, b.tag));
  return { ...plan, leftAlone };
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
