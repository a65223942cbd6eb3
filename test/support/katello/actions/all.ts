/** Every action that can leave a task: a restart finds the unfinished ones here. */
import type { App } from '../app.ts';
import type { Action } from '../tasks/engine.ts';
import { countCapsuleContentAction, syncCapsuleAction, syncRepositoryToCapsulesAction } from './capsule-sync.ts';
import { createProductAction } from './create-product.ts';
import { createRepositoryAction } from './create-repository.ts';
import { destroyOrganizationAction } from './destroy-organization.ts';
import { destroyProductAction } from './destroy-product.ts';
import { destroyRepositoryAction } from './destroy-repository.ts';
import { generateMetadataAction } from './generate-metadata.ts';
import { importUploadAction } from './import-upload.ts';
import { publishEnvironmentAction } from './publish-environment.ts';
import { publishViewAction } from './publish-view.ts';
import { removeContentAction } from './remove-content.ts';
import { removeOrphansAction } from './remove-orphans.ts';
import { updateRepositoryAction } from './update-repository.ts';

export function allActions(app: App): Action[] {
  return [
    createProductAction,
    destroyProductAction,
    createRepositoryAction,
    updateRepositoryAction,
    destroyRepositoryAction,
    destroyOrganizationAction,
    generateMetadataAction,
    importUploadAction,
    removeContentAction,
    removeOrphansAction,
    publishEnvironmentAction,
    publishViewAction,
    syncRepositoryToCapsulesAction,
    syncCapsuleAction,
    countCapsuleContentAction,
  ].map((make) => make(app));
}
