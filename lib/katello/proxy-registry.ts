/**
 * The registry of a smart proxy, as anybody may ask it: what a pull from there would get. No password of ours is sent to
 * a proxy, so a registry that wants a login cannot be asked.
 */
import { isAbort } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';

/** What a tag is there: its digest, null where it is not served, or that nobody could tell. */
export type Served = { readonly digest: string | null } | 'unknown';

export interface ProxyRegistries {
  /** Never fails: a registry that does not answer, or wants a login, is `unknown`. */
  readTag(tag: TagThere, signal?: AbortSignal): Promise<Served>;
}

export interface TagThere {
  /** of the proxy's own API, see `registryUrl` */
  readonly proxyUrl: string;
  readonly containerName: string;
  readonly tag: string;
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** @param open a client without credentials, for a base URL; asked once a URL */
export function createProxyRegistries(open: (baseUrl: string) => HttpClient): ProxyRegistries {
  const clients = new Map<string, HttpClient>();

  function clientOf(proxyUrl: string): HttpClient | null {
    const url = registryUrl(proxyUrl);
    if (url === null) return null;
    const client = clients.get(url) ?? open(url);
    clients.set(url, client);
    return client;
  }

  return {
    async readTag({ proxyUrl, containerName, tag }, signal) {
      const name = containerName.split('/').map(encodeURIComponent).join('/');
      try {
        const client = clientOf(proxyUrl);
        if (!client) return 'unknown';
        const path = `/v2/${name}/manifests/${encodeURIComponent(tag)}`;
        const { status, headers } = await client.head(path, { headers: { accept: MANIFEST_TYPES }, signal });
        if (status === 404) return { digest: null };
        const digest = headers['docker-content-digest'];
        return status === 200 && typeof digest === 'string' ? { digest } : 'unknown';
      } catch (error) {
        if (isAbort(error) || signal?.aborted) throw error;
        return 'unknown';
      }
    },
  };
}

/**
 * Where a proxy's registry is: on its host at the ordinary port, whatever port its own API has; an API without TLS, as on
 * a machine for trying things, has its registry beside it. Null for what is no URL of the web.
 */
export function registryUrl(proxyUrl: string): string | null {
  const url = URL.canParse(proxyUrl) ? new URL(proxyUrl) : null;
  if (url?.protocol === 'http:') return url.origin;
  return url?.protocol === 'https:' ? `https://${url.hostname}` : null;
}
