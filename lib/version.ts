/**
 * The version of this program.
 */
import { readFileSync } from 'node:fs';

/** As package.json says, which stands above both the sources and the build. */
export function readVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const content: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'));
      if (typeof content === 'object' && content !== null && 'version' in content) return String(content.version);
    } catch {
      // the other place
    }
  }
  return 'unknown';
}
