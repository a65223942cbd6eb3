/** Signatures that came through the registry's own extension, `/extensions/v2/`. */
import type { HttpClient } from '../http/client.ts';
import { listPages, readAll } from './pages.ts';
import type { Pulp } from './pulp.ts';
import { Signature } from './schema.ts';

export function createSignatures(http: HttpClient, api: string): Pick<Pulp, 'listSignatures'> {
  const path = `${api}content/container/signatures/`;
  return {
    listSignatures: (versionHref, signal) =>
      readAll(listPages(http, path, Signature, { repository_version: versionHref, ordering: 'pk' }, signal)),
  };
}
