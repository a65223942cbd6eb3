/**
 * The kinds of values that variables can have: text in, a checked value out. No message repeats the text, since it may
 * hold a secret.
 */
import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** Where a server listens or is reached. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Where Pulp's REST API is. */
export interface PulpUrl {
  /** `unix:/PATH:/ROOT/`, or a URL whose path is the root; `/` stands for Pulp's default API_ROOT */
  readonly baseUrl: string;
  readonly isSocket: boolean;
}

export const text = z.string().regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');
export const flag = choice(['true', 'false']).transform((value) => value === 'true');
export const file = text.refine(isAbsolute, 'must be an absolute path');
export const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** `host`, `host:port`, `[::1]:port`, as clients type it. */
export const registryHost = z.string().regex(/^(?:\[[\da-f:]+\]|[\w.-]+)(?::\d{1,5})?$/i, 'must be host or host:port');

/** One of these words. */
export function choice<const T extends readonly string[]>(words: T) {
  return z.enum(words, { error: `must be ${words.join(', ')}`.replace(/, ([^,]*)$/, ' or $1') });
}

/** A number in plain decimal notation. */
export function number(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
}

export function integer(min: number, max: number) {
  return number(min, max).pipe(z.number().int('must be a whole number'));
}

/** A number of units, as milliseconds. */
export function duration(unitMs: number, min: number, max: number) {
  return number(min, max).transform((value) => value * unitMs);
}

/** https, or http to this machine; without credentials, query, fragment. */
export const webUrl = text.transform((value, context) => {
  const problem = problemOfUrl(value);
  if (problem === null) return new URL(value);
  context.addIssue(problem);
  return z.NEVER;
});

/** A web URL without a path. */
export const originUrl = webUrl.refine((url) => url.pathname === '/', 'must have no path');

/** `unix:/PATH`, `unix:/PATH:/ROOT/`, or a web URL whose path is the root. */
export const pulpUrl = text.transform((value, context): PulpUrl => {
  const isSocket = value.startsWith('unix:');
  const problem = isSocket ? problemOfSocket(value) : problemOfUrl(value);
  if (problem === null) return { baseUrl: withSlash(value), isSocket };
  context.addIssue(problem);
  return z.NEVER;
});

/** `host:port`, `[::1]:port` or `unix:/PATH`. */
export const address = text.transform((value, context): Address => {
  const unix = /^unix:(\/.+)$/.exec(value);
  if (unix?.[1]) return { path: unix[1] };

  const [, host, port] = /^(?:\[([\da-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(value)?.filter((part) => part) ?? [];
  if (host && port && Number(port) < 65_536) return { host, port: Number(port) };
  context.addIssue('must be host:port or unix:/PATH');
  return z.NEVER;
});

/** True for an address that only this machine can reach. */
export function isLoopback(listen: Address): boolean {
  return 'path' in listen || isLoopbackHost(listen.host);
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function problemOfUrl(value: string): string | null {
  if (!URL.canParse(value)) return 'must be a URL';
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an https URL';
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) return 'must be https (http only to loopback)';
  if (url.username !== '' || url.password !== '') return 'must hold no login or password';
  if (url.search !== '' || url.hash !== '') return 'must hold no query or fragment';
  return null;
}

function problemOfSocket(value: string): string | null {
  return /^unix:\/[^:]+(?::\/.*)?$/.test(value) ? null : 'must be unix:/PATH or unix:/PATH:/ROOT/';
}

/** A root ends with a slash; a socket without a root stays as it is. */
function withSlash(value: string): string {
  const hasRoot = !/^unix:[^:]+$/.test(value);
  return hasRoot && !value.endsWith('/') ? `${value}/` : value;
}
