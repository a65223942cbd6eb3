/** All routes of the stand-in. */
import type { App } from './app.ts';
import { capsuleRoutes } from './controllers/capsules.ts';
import { contentRoutes } from './controllers/content.ts';
import { contentViewRoutes } from './controllers/content-views.ts';
import { environmentRoutes } from './controllers/environments.ts';
import { importRoutes } from './controllers/import-uploads.ts';
import { organizationRoutes } from './controllers/organizations.ts';
import { productRoutes } from './controllers/products.ts';
import { repositoryRoutes } from './controllers/repositories.ts';
import { repositoryChangeRoutes } from './controllers/repository-changes.ts';
import { settingRoutes } from './controllers/settings.ts';
import { statusRoutes } from './controllers/status.ts';
import { taskRoutes } from './controllers/tasks.ts';
import { userRoutes } from './controllers/users.ts';
import type { Route } from './http/routes.ts';

export function createRoutes(app: App): Route[] {
  return [
    statusRoutes,
    userRoutes,
    settingRoutes,
    organizationRoutes,
    productRoutes,
    repositoryRoutes,
    repositoryChangeRoutes,
    importRoutes,
    contentRoutes,
    environmentRoutes,
    contentViewRoutes,
    capsuleRoutes,
    taskRoutes,
  ].flatMap((routesOf) => routesOf(app));
}
