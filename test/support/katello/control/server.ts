/** The control port: state and trouble on demand, for tests and sandboxes. Never part of what the product sees. */
import type { RequestListener } from 'node:http';
import { z } from 'zod';
import type { App } from '../app.ts';
import { readBody } from '../http/body.ts';
import type { World } from '../state/rows.ts';

interface ControlDeps {
  readonly app: App;
  /** puts the first world back and forgets sessions, counters and faults */
  readonly reset: () => Promise<void>;
  /** lets so much time pass for everything that reads the clock */
  readonly moveClock: (advanceMs: number) => void;
}

type Handler = (body: unknown) => unknown;

/** `POST /<name>` with a JSON body; `GET /world` shows everything. */
export function createControlListener({ app, reset, moveClock }: ControlDeps): RequestListener {
  const handlers: Readonly<Record<string, Handler>> = {
    'GET /world': () => app.world,
    'GET /tasks': () =>
      app.world.tasks.map(({ id, label, state, plan }) => ({ id, label, state, isOwn: Object.keys(plan).length > 0 })),
    'PUT /world': (body) => {
      app.store.replace(z.custom<World>((value) => typeof value === 'object' && value !== null).parse(body));
      return {};
    },
    'POST /clock': (body) => {
      moveClock(z.strictObject({ advanceMs: z.number() }).parse(body).advanceMs);
      return {};
    },
    'POST /reset': async () => {
      await reset();
      return {};
    },
    'POST /faults/answer': (body) => {
      app.faults.addAnswer(AnswerFault.parse(body));
      return {};
    },
    'POST /faults/candlepin': (body) => {
      app.faults.setCandlepin(CandlepinFault.parse(body).state);
      return {};
    },
    'POST /tasks/hold': (body) => {
      const { label, step } = HeldTasks.parse(body);
      app.faults.holdTasks(label, step);
      return {};
    },
    'POST /planning/hold': () => {
      app.faults.holdPlanning();
      return {};
    },
    'POST /planning/release': () => {
      app.faults.releasePlanning();
      return {};
    },
    'POST /tasks/release': () => {
      app.faults.releaseTasks();
      return {};
    },
  };

  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://control').pathname;
    const handler = handlers[`${request.method} ${path}`];
    const answer = async (): Promise<[number, unknown]> => {
      if (handler === undefined) return [404, { error: 'no such control' }];
      const text = await readBody(request);
      return [200, await handler(text === '' ? {} : JSON.parse(text))];
    };
    answer()
      .catch((error: unknown): [number, unknown] => [
        400,
        { error: error instanceof Error ? error.message : String(error) },
      ])
      .then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        return response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  };
}

const AnswerFault = z.strictObject({
  method: z.string().optional(),
  path: z.string(),
  /** 0: the connection is cut */
  status: z.number().int(),
  contentType: z.string().default('text/html'),
  body: z.string().default('<html><body>Bad Gateway</body></html>'),
  times: z.number().int().positive().default(1),
  after: z.boolean().default(false),
});
/** Every step, unless one is named. */
const HeldTasks = z.strictObject({ label: z.string(), step: z.string().default('') });
const CandlepinFault = z.strictObject({ state: z.enum(['ok', 'down', 'failing']) });
