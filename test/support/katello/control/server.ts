/** The control port: state and trouble on demand, for tests and sandboxes. Never part of what the product sees. */
import type { RequestListener } from 'node:http';
import { z } from 'zod';
import { startRemoveOrphans } from '../actions/remove-orphans.ts';
import type { App } from '../app.ts';
import { readBody } from '../http/body.ts';
import { labelize } from '../rules/labels.ts';
import { addOrganization } from '../state/organizations.ts';
import type { World } from '../state/rows.ts';
import { addUser, SeedUser } from '../state/seed.ts';
import { retag } from './retag.ts';

interface ControlDeps {
  readonly app: App;
  /** puts the first world back and forgets sessions, counters, faults and holds */
  readonly reset: () => Promise<void>;
  /** lets so much time pass for everything that reads the clock */
  readonly moveClock: (advanceMs: number) => void;
}

type Handler = (body: unknown) => unknown;

/** JSON in, JSON out: 200 with an answer, 400 with `{error}`, 404 for no such control. */
export function createControlListener(deps: ControlDeps): RequestListener {
  const handlers = { ...stateHandlers(deps), ...troubleHandlers(deps), ...holdHandlers(deps) };
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://control').pathname;
    const handler = handlers[`${request.method} ${path}`];
    const answer = async (): Promise<[number, unknown]> => {
      if (handler === undefined) return [404, { error: 'no such control' }];
      const text = await readBody(request);
      return [200, (await handler(text === '' ? {} : JSON.parse(text))) ?? {}];
    };
    answer()
      .catch((error: unknown): [number, unknown] => [400, { error: messageOf(error) }])
      .then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        return response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  };
}

function stateHandlers({ app, reset }: ControlDeps): Record<string, Handler> {
  return {
    'GET /world': () => app.world,
    'PUT /world': (body) => app.store.replace(Whole.parse(body)),
    'GET /tasks': () =>
      app.world.tasks.map(({ id, label, state, plan }) => ({
        id,
        label,
        state,
        isOwn: Object.keys(plan).length > 0,
        isParked: app.gates.isParked(id),
      })),
    'POST /reset': () => reset(),
    'POST /users': (body) => addUser(app.store, SeedUser.parse(body), app.now().toISOString()),
    'POST /organizations': (body) => {
      const { name, label } = NewOrganization.parse(body);
      const values = { name, label: label ?? labelize(name), description: null };
      return { id: addOrganization(app.store, values, app.now().toISOString()).id };
    },
    'POST /tags': async (body) => {
      const { repository, tag, digest } = Retag.parse(body);
      return { task: (await retag(app, repository, tag, digest)).id };
    },
    'POST /orphan-cleanup': async () => ({ task: (await startRemoveOrphans(app)).id }),
    'POST /settings': (body) => {
      const { name, value } = NewSetting.parse(body);
      app.world.settings = [...app.world.settings.filter((row) => row.name !== name), { name, value }];
      app.store.changed();
    },
  };
}

function troubleHandlers({ app, moveClock }: ControlDeps): Record<string, Handler> {
  return {
    'POST /clock': (body) => moveClock(z.strictObject({ advanceMs: z.number() }).parse(body).advanceMs),
    'POST /faults/answer': (body) => app.faults.addAnswer(AnswerFault.parse(body)),
    'POST /faults/step': (body) => app.faults.addStep(StepFault.parse(body)),
    'POST /faults/candlepin': (body) => app.faults.setCandlepin(CandlepinFault.parse(body).state),
    'POST /faults/proxy': (body) => {
      const { id, behaviour } = ProxyFault.parse(body);
      for (const proxy of app.world.proxies) if (proxy.id === id) proxy.behaviour = behaviour;
    },
  };
}

function holdHandlers({ app }: ControlDeps): Record<string, Handler> {
  return {
    'POST /tasks/hold': (body) => {
      const { label, step } = HeldTasks.parse(body);
      app.gates.holdTasks(label, step);
    },
    'POST /tasks/release': () => app.gates.releaseTasks(),
    'POST /planning/hold': () => app.gates.holdPlanning(),
    'POST /planning/release': () => app.gates.releasePlanning(),
  };
}

const Whole = z.custom<World>((value) => typeof value === 'object' && value !== null);
const NewOrganization = z.strictObject({ name: z.string(), label: z.string().optional() });
const NewSetting = z.strictObject({ name: z.string(), value: z.unknown() });
const Retag = z.strictObject({ repository: z.number(), tag: z.string(), digest: z.string() });
const AnswerFault = z.strictObject({
  method: z.string().optional(),
  path: z.string(),
  status: z.number().int(),
  contentType: z.string().default('text/html'),
  body: z.string().default('<html><body>Bad Gateway</body></html>'),
  times: z.number().int().positive().default(1),
  after: z.boolean().default(false),
});
const StepFault = z.strictObject({
  label: z.string(),
  step: z.string().default(''),
  className: z.string().default('RuntimeError'),
  message: z.string().default('a fault that was asked for'),
  times: z.number().int().positive().default(1),
});
const CandlepinFault = z.strictObject({ state: z.enum(['ok', 'down', 'failing']) });
const ProxyFault = z.strictObject({ id: z.number(), behaviour: z.enum(['ok', 'failing', 'unreachable', 'unlisted']) });
/** Every step, unless one is named. */
const HeldTasks = z.strictObject({ label: z.string(), step: z.string().default('') });

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
