/** Routes: which controller answers what, and which permission its action asks for. */
import type { Answer, Call } from './request.ts';

/** Whose controller it is: that decides the shape of errors and how a broken body is answered. */
export type Scope = 'katello' | 'foreman' | 'tasks';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:name` stands for one segment */
  readonly pattern: string;
  readonly scope: Scope;
  /** any of these lets the user in; empty: every user; null: no login at all */
  readonly permissions: readonly string[] | null;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

export interface Match {
  readonly route: Route;
  readonly pathParams: Readonly<Record<string, string>>;
}

/** Finds the route of a path; `v2` may be left out of the path. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | null {
  const segments = normalize(path);
  for (const route of routes) {
    if (route.method !== method) continue;
    const pathParams = matchSegments(normalize(route.pattern), segments);
    if (pathParams !== null) return { route, pathParams };
  }
  return null;
}

function normalize(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments.filter((segment, at) => !(segment === 'v2' && segments[at - 1] === 'api'));
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decode(segment);
    else if (part !== segment) return null;
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
