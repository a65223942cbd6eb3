/** Puts in the tasks that an answer shows and that the stand-in did not run, and the locks of tasks that nobody recorded. */
import { type Task, type World } from '../support/katello/state/rows.ts';
import { type Arrangement, isCreateOf, libraryOf } from './arrangement.ts';
import { type JsonObject, numberAt, objectAt, objectsIn, textAt } from './json.ts';
import { type RecordedExchange } from './recording.ts';
import { isTask, linksOf, taskRow } from './world-rows.ts';

/** Tasks that the answer shows and that the stand-in did not run. */
export function ensureTasks(arrangement: Arrangement, { request, response }: RecordedExchange): void {
  const { world, taskIds } = arrangement;
  if (!request.path.startsWith('/foreman_tasks/') && !request.path.includes('/content/sync')) return;
  if (request.method !== 'GET' || response.status !== 200) return;
  const mine = new Set(taskIds.values());
  let newerThan = new Date(
    Math.max(Date.now(), ...world.tasks.map((task) => Date.parse(task.startedAt))) + 1_000,
  ).toISOString();
  for (const shown of objectsIn(response.body)) {
    const id = textAt(shown, 'id') ?? '';
    if (!isTask(shown)) continue;
    const own = world.tasks.findLast(
      (task) => task.id === taskIds.get(id) || (!mine.has(task.id) && isSameTask(task, shown)),
    );
    if (own !== undefined) {
      taskIds.set(id, own.id);
      mine.add(own.id);
      newerThan = own.startedAt;
      continue;
    }
    if (isMakingOfOwn(arrangement, shown)) continue;
    const user = world.users.find((row) => row.login === textAt(shown, 'username'));
    const row = taskRow(shown, user?.id ?? 1, linksOf(shown));
    // lists start with the newest: it began before the one above it
    row.startedAt = new Date(Date.parse(newerThan) - 1).toISOString();
    newerThan = row.startedAt;
    world.tasks = world.tasks.filter((task) => task.id !== id);
    world.tasks.push(row);
  }
  world.tasks.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

/** Does it belong to the making of a record that an exchange made? Then the stand-in has to have run it itself. */
function isMakingOfOwn({ recordings }: Arrangement, shown: JsonObject): boolean {
  if (!/::(CreateRoot|MetadataGenerate|Product::Create)$/.test(textAt(shown, 'label') ?? '')) return false;
  const input = objectAt(shown, 'input');
  const repositoryId = numberAt(objectAt(input, 'repository'), 'id');
  const productId = numberAt(objectAt(input, 'product'), 'id');
  return recordings.some((recording) =>
    repositoryId === null
      ? isCreateOf(recording, '/products', productId)
      : isCreateOf(recording, '/repositories', repositoryId),
  );
}

/** Did the stand-in run what is shown? Then it says so in the same words about the same records. */
function isSameTask(task: Task, shown: JsonObject): boolean {
  const isOwn = Object.keys(task.plan).length > 0;
  const subject = numberAt(objectAt(objectAt(shown, 'input'), 'repository'), 'id');
  const isSubject = subject === null || task.links.some((link) => link.resourceId === subject);
  const isResult = task.state !== 'stopped' || task.result === shown['result'];
  return isOwn && isSubject && isResult && task.label === shown['label'] && task.action === shown['action'];
}

/** Locks of tasks that nobody runs hold only for the exchange that told of them. */
export function releaseForeignLocks(world: World): void {
  const foreign = new Set(world.tasks.filter((task) => Object.keys(task.plan).length === 0).map((task) => task.id));
  world.locks = world.locks.filter((lock) => !foreign.has(lock.taskId));
}

/** A conflict names the task that holds the lock, which nobody recorded. */
export function ensureLock({ world, taskIds }: Arrangement, { request, response }: RecordedExchange): void {
  const text = textAt(response.body, 'message') ?? textAt(response.body, 'displayMessage') ?? '';
  if (!text.startsWith('Required lock')) return;
  const id = /tasks\/tasks\/([0-9a-f-]{36})/.exec(text)?.[1] ?? '';
  const isOwn = world.tasks.some((task) => task.id === (taskIds.get(id) ?? id) && Object.keys(task.plan).length > 0);
  if (isOwn) return;
  const [, kind = '', resource = ''] = /\/(repositories|products)\/(\d+)/.exec(request.path) ?? [];
  const held = kind === 'repositories' ? Number(resource) : libraryOf(world, Number(resource));
  const label = 'Actions::Katello::Repository::ImportUpload';
  world.tasks = world.tasks.filter((task) => task.id !== id);
  world.tasks.push(taskRow({ id, label, state: 'running', result: 'pending' }, 5, []));
  world.locks.push({ taskId: id, resourceType: 'Katello::Repository', resourceId: held });
}
