/** Katello's `import_uploads`: every refusal and every failure is a 400. */
import { startImportUpload, type Upload } from '../actions/import-upload.ts';
import type { App } from '../app.ts';
import { Failure, katelloFailure } from '../http/failure.ts';
import { type Answer, type Call, flagParam, textParam } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { findRepository } from './find.ts';
import { accepted, finished } from './tasks-support.ts';

export function importRoutes(app: App): Route[] {
  return [
    {
      method: 'PUT',
      pattern: '/katello/api/repositories/:id/import_uploads',
      scope: 'katello',
      permissions: ['edit_products'],
      handle: (call) => importUploads(app, call),
    },
  ];
}

async function importUploads(app: App, call: Call): Promise<Answer> {
  const repository = findRepository(app, call, 'edit_products');
  const uploads = readUploads(app, call);
  const isTag = readContentType(textParam(call, 'content_type'));
  try {
    const task = await startImportUpload(
      app,
      {
        repository,
        isTag,
        uploads,
        publishes: flagParam(call, 'publish_repository') ?? true,
        syncsCapsules: flagParam(call, 'sync_capsule') ?? true,
      },
      call.user,
      call.requestId,
    );
    if (flagParam(call, 'async') !== true) await finished(app, task);
    return accepted(app, task);
  } catch (error) {
    if (app.signal.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(400, 'katello', message);
  }
}

/** @throws Failure 400 */
function readUploads({ traits }: App, call: Call): Upload[] {
  const uploads = call.param('uploads');
  if (!Array.isArray(uploads) || uploads.length === 0) {
    throw katelloFailure(400, 'No uploads param specified. An array of uploads to import is required.');
  }
  const rows = uploads.filter(
    (upload): upload is Record<string, unknown> => typeof upload === 'object' && upload !== null,
  );
  if (traits.importNeedsName && typeof rows[0]?.['name'] !== 'string') {
    throw katelloFailure(400, 'Name is a required parameter.');
  }
  return rows.map((upload) => ({
    id: textOf(upload['id']) ?? '',
    name: textOf(upload['name']) ?? '',
    digest: textOf(upload['digest']),
    contentUnitId: textOf(upload['content_unit_id']),
  }));
}

/** True for tags. Without a type it is manifests. @throws Failure 400 */
function readContentType(type: string | null): boolean {
  if (type === 'docker_tag') return true;
  if (type === null || type === 'docker_manifest') return false;
  if (type === 'docker_manifest_list') {
    throw katelloFailure(400, 'uninitialized constant Katello::Pulp3::DockerManifestList::CONTENT_TYPE');
  }
  throw katelloFailure(400, `Content type ${type} does not belong to an enabled repo type.`);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
