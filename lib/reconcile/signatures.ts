/**
 * Tells which signatures a push has that stay behind.
 */

import type { Plan } from '../domain/plan.ts';
import { leaveSignatures, signedTags } from '../domain/signature.ts';
import type { Pulp } from '../pulp/pulp.ts';

/**
 * The plan with every tag of this push version whose atomic signature cannot be copied. One call where there is none,
 * two more where there is one.
 *
 * @throws E_HTTP_STATUS 400 when the version was dropped meanwhile
 */
export async function reportSignatures(
  pulp: Pick<Pulp, 'listSignatures' | 'listTags' | 'listManifests'>,
  plan: Plan,
  versionHref: string,
  signal?: AbortSignal,
): Promise<Plan> {
  const signatures = await pulp.listSignatures(versionHref, signal);
  if (signatures.length === 0) return plan;

  const [tags, manifests] = await Promise.all([
    pulp.listTags(versionHref, signal),
    pulp.listManifests(versionHref, signal),
  ]);
  const signed = signedTags({
    manifests: new Set(signatures.map(({ signed_manifest: href }) => href)),
    tags: tags.map(({ name, tagged_manifest: manifest }) => ({ name, manifest })),
    lists: manifests.map(({ pulp_href: href, listed_manifests: children }) => ({ href, children })),
  });
  return leaveSignatures(plan, signed);
}
