/**
 * A small Pulp in memory: REST lists and actions, tasks, and a registry that takes pushes, in one of two worlds. It serves
 * fault injection; one contract suite runs against it and the real Pulp, so that it cannot drift.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, shut } from '../listening.ts';
import { actionRoutes } from './actions.ts';
import { cleanupRoutes } from './cleanups.ts';
import { contentRoutes } from './contents.ts';
import { distributionRoutes } from './distributions.ts';
import { type Answer, type Call, dispatchCall, htmlPage, Refusal, type Route, readCall, sendAnswer } from './http.ts';
import { createKernel } from './kernel.ts';
import { registryRoutes } from './registry.ts';
import { findRepository, repositoryRoutes } from './repositories.ts';
import { signatureRoutes } from './signatures.ts';
import { createState, type State, type Task, WORLDS, type WorldName } from './state.ts';
import { statusRoutes, taskRoutes } from './task-routes.ts';
import { createTaskQueue, isFinal, PUSH_TASK } from './tasks.ts';

const LOGIN = 'admin';
const PASSWORD = 'password';

export interface FakePulpOptions {
  readonly world: WorldName;
  /** time between two steps of a worker's task, in milliseconds (1) */
  readonly taskStepMs?: number;
  /** this Pulp's clock, in milliseconds since 1970 (the machine's) */
  readonly now?: () => number;
}

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** path and query */
  readonly url: string;
}

export interface FakePulp {
  /** `http://127.0.0.1:PORT`, without a slash at the end */
  readonly url: string;
  readonly login: string;
  readonly password: string;
  /** everything it knows; tests may change it in place */
  readonly state: State;
  /** every request so far, oldest first; a test may empty it */
  readonly requests: SeenRequest[];
  /** Stops the workers, as SIGSTOP does: tasks wait, and a push behind one of them is answered 429. */
  holdTasks(): void;
  releaseTasks(): void;
  /** Takes every task to its end at once. */
  finishTasks(): void;
  /** Forgets all final tasks, as a purge does. */
  purgeTasks(): void;
  /** The next push makes its version, yet its task fails and the client sees 500 (the 5 s limit of immediate tasks). */
  failNextPush(): void;
  /**
   * Called with every request before anything else. An answer is sent as it is; `hang-up` closes the connection;
   * undefined lets the request through. Null switches it off.
   */
  intercept(hook: ((call: Call) => Answer | 'hang-up' | undefined) | null): void;
  close(): Promise<void>;
}

/** Starts one on a free port of the loopback. */
export async function startFakePulp(options: FakePulpOptions): Promise<FakePulp> {
  const state = createState(WORLDS[options.world], options.now ?? Date.now);
  const tasks = createTaskQueue(state, options.taskStepMs ?? 1);
  const kernel = createKernel(state, tasks, (type, id) => findRepository(state, type, id));
  const routes = [
    ...statusRoutes(kernel),
    ...cleanupRoutes(kernel),
    ...taskRoutes(kernel),
    ...repositoryRoutes(kernel),
    ...actionRoutes(kernel),
    ...distributionRoutes(kernel),
    ...contentRoutes(kernel),
    ...registryRoutes(kernel),
    ...signatureRoutes(kernel),
  ];
  const requests: SeenRequest[] = [];
  let hook: Parameters<FakePulp['intercept']>[0] = null;

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const call = await readCall(request).catch(() => null);
    if (!call) {
      request.socket.destroy(); // the client is gone, or its URL is none
      return;
    }
    requests.push({ method: call.method, url: call.url });
    const answer = hook?.(call) ?? (await answerCall(routes, call));
    if (answer === 'hang-up') request.socket.destroy();
    else sendAnswer(response, answer, call);
  };
  const server = createServer((request, response) => void handle(request, response));
  const port = await listen(server);

  return {
    url: `http://127.0.0.1:${port}`,
    login: LOGIN,
    password: PASSWORD,
    state,
    requests,
    holdTasks: () => tasks.hold(),
    releaseTasks: () => tasks.release(),
    finishTasks: () => tasks.finishAll(),
    purgeTasks: () => {
      for (const task of state.tasks.values()) if (isFinal(task)) state.tasks.delete(task.id);
    },
    failNextPush: () => tasks.failNext(PUSH_TASK, timedOut),
    intercept: (next) => {
      hook = next;
    },
    close: async () => {
      tasks.close();
      await shut(server);
    },
  };
}

async function answerCall(routes: readonly Route[], call: Call): Promise<Answer> {
  // gunicorn's limit: a longer request line never reaches Pulp
  if (call.method.length + call.url.length > 4080) return htmlPage(400, 'Bad Request');
  const refusal = refuseStranger(call);
  if (refusal) return refusal;
  try {
    return await dispatchCall(routes, call);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    // a bug in here, which the test at hand has to see
    return { status: 500, body: Buffer.from(String(error instanceof Error ? error.stack : error)) };
  }
}

/** Basic for the REST API and for writes to the registry; reading the registry is open to all, but for its root. */
function refuseStranger(call: Call): Answer | null {
  const isRegistry = call.path.startsWith('/v2/');
  const isRead = call.method === 'GET' || call.method === 'HEAD';
  const isOpen = call.path.endsWith('/status/') || call.path.startsWith('/pulp/container/');
  const { authorization } = call.headers;
  if (isOpen || (isRegistry && isRead && call.path !== '/v2/' && authorization === undefined)) return null;
  const expected = `Basic ${Buffer.from(`${LOGIN}:${PASSWORD}`).toString('base64')}`;
  if (authorization === expected) return null;
  const message = authorization ? 'Invalid username/password.' : 'Authentication credentials were not provided.';
  const body = isRegistry ? { errors: [{ code: 'UNAUTHORIZED', message, detail: {} }] } : { detail: message };
  return { status: 401, body, headers: { 'www-authenticate': 'Basic realm="api"' } };
}

function timedOut(task: Task): Record<string, string> {
  const description = `[PLP0024] Immediate task ${task.id} (type: ${task.name}) timed out after 5 seconds.`;
  return { traceback: '', error_code: 'PLP0024', description };
}
