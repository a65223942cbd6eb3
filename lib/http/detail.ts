/** Finds the words for a person in the many error bodies of Pulp, its registry, Katello and Foreman. */

const MAX_DEPTH = 5;
const MAX_ENTRIES = 20;

/**
 * The texts of an error body, joined by `; `. Empty when its shape is unknown. Not cleaned: the text is the server's.
 *
 * @see Pulp: `{"field": ["…"]}`, `{"non_field_errors": ["…"]}`, `{"errors": ["…"]}`, `["…"]`, `{"detail": "…"}`;
 *   its registry: `{"errors": [{"code", "message"}]}`; Katello up to 4.21 `displayMessage`, since 5.0 `message`;
 *   Foreman: `{"error": {"message", "details"}}`, `{"error": {"full_messages": ["…"]}}`, `{"error": "…"}`
 */
export function detailOf(body: unknown): string {
  return textsIn(body, 0).join('; ');
}

function textsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).flatMap((entry) => textsIn(entry, depth + 1));
  return isRecord(value) ? textsOfRecord(value, depth) : [];
}

function textsOfRecord(record: Readonly<Record<string, unknown>>, depth: number): string[] {
  const message = record['message'] ?? record['displayMessage'];
  if (typeof message === 'string') {
    return [[record['code'], message, record['details']].filter((part) => typeof part === 'string').join(': ')];
  }
  for (const key of ['full_messages', 'detail', 'error', 'errors']) {
    const texts = textsIn(record[key], depth + 1);
    if (texts.length > 0) return texts;
  }
  return textsOfFields(record, depth);
}

/** Pulp's field errors: each key names a field and holds a list of texts. */
function textsOfFields(record: Readonly<Record<string, unknown>>, depth: number): string[] {
  return Object.entries(record)
    .filter(([, value]) => typeof value === 'object')
    .slice(0, MAX_ENTRIES)
    .flatMap(([field, value]) =>
      textsIn(value, depth + 1).map((text) => (field === 'non_field_errors' ? text : `${field}: ${text}`)),
    );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
