/** Recordings that the stand-in is not meant for, and why. Whatever the product asks is never among them. */
import type { Recording } from './recording.ts';

interface Exclusion {
  readonly slug: RegExp;
  readonly why: string;
}

const EXCLUSIONS: readonly Exclusion[] = [
  { slug: /^registry-v2-|^bruteforce-locked-v2$/, why: "Katello's own registry under /v2" },
  { slug: /^pulp-calls-native-push$/, why: "Katello's own registry under /v2" },
  { slug: /^pulp-calls-mirror-sync$/, why: "what a smart proxy's own Pulp is told" },
  { slug: /^repository-types$/, why: 'a description of content types that no push asks for' },
];

/** Why the recording is left out; null when it counts. */
export function whyOutOfScope(recording: Recording): string | null {
  const known = EXCLUSIONS.find(({ slug }) => slug.test(recording.slug));
  if (known !== undefined) return known.why;
  return recording.kind === 'other' ? 'neither an exchange nor a list of calls' : null;
}
