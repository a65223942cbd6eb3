/** Names the place in the code that a call comes from: its method and path without ids. */

/** `GET /pulp/api/v3/tasks/*`: uuids, numbers, digests become stars; of the query the names stay. */
export function callSiteOf({ method, url }: { readonly method: string; readonly url: string }): string {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  const path = pathname
    .replaceAll(/\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '/*')
    .replaceAll(/\/sha256:[0-9a-f]{64}/g, '/*')
    .replaceAll(/\/\d+(?=\/|$)/g, '/*');
  const names = [...searchParams.keys()].filter((name) => !BORING.has(name));
  return `${method} ${path}${names.length > 0 ? `?${names.join('&')}` : ''}`;
}

const BORING = new Set(['fields', 'limit', 'offset', 'ordering', 'order', 'full_result', 'per_page']);
