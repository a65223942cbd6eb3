/** Times as Katello's views print them. */

/** `2026-11-24 19:24:36 UTC`, seconds only; null stays null. */
export function printTime(iso: string | null): string | null {
  return iso === null ? null : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
