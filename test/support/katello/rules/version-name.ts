/** How versions of content views are called. */
import type { ContentView, ContentViewVersion } from '../state/rows.ts';

/** `Default Organization View 1.0` */
export function versionName(view: ContentView, version: ContentViewVersion): string {
  return `${view.name} ${versionNumber(version)}`;
}

export function versionNumber(version: ContentViewVersion): string {
  return `${version.major}.0`;
}
