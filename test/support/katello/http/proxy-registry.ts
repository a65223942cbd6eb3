/**
 * The registry of a smart proxy, its container gateway: serves the names that Katello told it of, from what was synced,
 * as far as manifests go.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Mirrored, Proxy, World } from '../state/rows.ts';

const MANIFEST = /^\/v2\/(.+)\/manifests\/([^/]+)$/;

/** @param find the proxy and the world as they are now */
export function createProxyRegistryListener(find: () => { world: World; proxy: Proxy | undefined }): RequestListener {
  return (request, response) => {
    const { world, proxy } = find();
    const isDown = proxy === undefined || proxy.behaviour === 'unreachable';
    if (isDown) request.socket.destroy();
    else
      answer(
        world.mirrored.filter((row) => row.proxyId === proxy.id && row.isListed),
        request,
        response,
      );
  };
}

function answer(served: readonly Mirrored[], { method, url = '/' }: IncomingMessage, response: ServerResponse): void {
  const [, name, reference = ''] = MANIFEST.exec(decodeURIComponent(url)) ?? [];
  const row = served.find(({ containerName }) => containerName === name);
  const digest = row?.tags[reference] ?? reference;
  const manifest = row?.manifests.find((one) => one.digest === digest);
  if (manifest === undefined) {
    const errors = [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail: {} }];
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
    return;
  }
  const body = Buffer.from(manifest.body);
  response.writeHead(200, {
    'content-type': manifest.mediaType,
    'content-length': body.length,
    'docker-content-digest': digest,
  });
  response.end(method === 'HEAD' ? undefined : body);
}
