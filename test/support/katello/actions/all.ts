/** Every action that can leave a task: a restart finds the unfinished ones here. */
import type { App } from '../app.ts';
import type { Action } from '../tasks/engine.ts';
import { createProductAction } from './create-product.ts';
import { createRepositoryAction } from './create-repository.ts';
import { generateMetadataAction } from './generate-metadata.ts';
import { importUploadAction } from './import-upload.ts';

export function allActions(app: App): Action[] {
  return [createProductAction, createRepositoryAction, generateMetadataAction, importUploadAction].map((make) =>
    make(app),
  );
}
