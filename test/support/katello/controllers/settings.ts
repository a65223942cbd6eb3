/** Foreman's settings: read by name, searched by name only. */
import type { App } from '../app.ts';
import { foremanFailure } from '../http/failure.ts';
import { type Answer, type Call, ok, textParam } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { printTime } from '../http/time.ts';
import { definitionOf, SETTINGS, settingValue, storedSetting } from '../rules/settings.ts';

export function settingRoutes(app: App): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/api/settings',
      scope: 'foreman',
      permissions: ['view_settings'],
      handle: (call) => index(app, call),
    },
    {
      method: 'GET',
      pattern: '/api/settings/:id',
      scope: 'foreman',
      permissions: ['view_settings'],
      handle: (call) => ok(viewSetting(app, textParam(call, 'id') ?? '')),
    },
  ];
}

function index(app: App, call: Call): Answer {
  const search = textParam(call, 'search');
  if (search !== null && /\s(and|or)\s/i.test(search)) {
    throw foremanFailure(500, 'ERF42-9046 [Foreman::Exception]: Unsupported search operators :and / :or');
  }
  const wanted = /^\s*name\s*=\s*"?([^"]*?)"?\s*$/.exec(search ?? '')?.[1] ?? null;
  const names = Object.keys(SETTINGS).filter((name) => search === null || name === wanted);
  return ok({
    // counts stored rows only: a setting with its default is none
    total: app.world.settings.length,
    subtotal: names.length,
    page: 1,
    per_page: 20,
    search,
    sort: { by: null, order: null },
    results: names.map((name) => viewSetting(app, name)),
  });
}

/** @throws Failure 500 for a name that is no setting */
function viewSetting(app: App, name: string): Record<string, unknown> {
  const definition = definitionOf(name);
  if (definition === undefined) throw foremanFailure(500, "undefined method `name' for nil:NilClass");
  return {
    description: definition.description,
    settings_type: definition.type,
    default: definition.default,
    updated_at: storedSetting(app.world, name) === undefined ? null : printTime(app.now().toISOString()),
    id: name,
    name,
    full_name: definition.fullName,
    value: settingValue(app.world, name),
    category: definition.category,
    category_name: definition.categoryName,
    readonly: false,
    config_file: null,
    encrypted: false,
    select_values: null,
  };
}
