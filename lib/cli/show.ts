/**
 * Lines for people: a daemon, pushes, a receipt, a plan. Pure.
 */
import type { PlanAnswer, ReceiptView, StatusView } from './views.ts';

const ALL_ROLES = 4;
const DIGEST_LENGTH = 'sha256:'.length + 4;

/** State in one line, then a line for each thing that is wrong. */
export function showStatus({ isReady, checks, roles, redis, policy, lagSeconds, alarms }: StatusView): string[] {
  const able = `${isReady ? 'ready' : 'not ready'} (${roles.length === ALL_ROLES ? 'all roles' : roles.join(', ')})`;
  const lag = lagSeconds === null ? 'lag unknown' : `lag ${Math.round(lagSeconds)} s`;
  const wrong = checks.filter(({ isOk }) => !isOk).map(({ name, message }) => `! ${name}: ${message ?? 'not ok'}`);
  const raised = (alarms ?? []).map(({ alarm, path, message, hint }) => {
    const where = path === null ? alarm : `${alarm} ${path}`;
    return `! ${where}: ${message}${hint === null ? '' : ` (${hint})`}`;
  });
  return [`${able}  redis ${redis}  policy ${policy}  ${lag}`, ...wrong, ...raised];
}

/** Rows of a table of pushes, the head first. */
export function showPushes(receipts: readonly ReceiptView[], now: number): string[][] {
  const head = ['PATH', 'TAGS', 'STATE', 'STAGE', 'USER', 'AGE', 'NOTE'];
  return [head, ...receipts.map((receipt) => showPush(receipt, now))];
}

function showPush(
  { path, tags, state, stages, user, pushedAt, error, leftAlone, proxies }: ReceiptView,
  now: number,
): string[] {
  const note = error?.reason ?? error?.code ?? leftAlone[0]?.reason ?? findTrouble(proxies) ?? '';
  const names = tags.map(({ name }) => name).join(',');
  return [path, names, state, stages.at(-1)?.name ?? '', user ?? '', showAge(now - Date.parse(pushedAt)), note];
}

/** Why some proxy does not have it. */
function findTrouble(proxies: ReceiptView['proxies']): string | undefined {
  return proxies.find(({ reason }) => reason !== null)?.reason ?? undefined;
}

export function showReceipt(receipt: ReceiptView): string[] {
  const { path, version, state, kind, note, user, pushedAt, tags, leftAlone, stages, proxies, pull, error } = receipt;
  const field = (name: string, values: readonly string[]) =>
    values.map((value, index) => `${(index === 0 ? name : '').padEnd(8)} ${value}`);
  return [
    `${path}  version ${version}  ${state}`,
    ...field('pushed', [
      `${pushedAt}${user === null ? '' : ` by ${user}`}${kind === 'push' ? '' : ` (${[kind, ...(note ? [note] : [])].join(': ')})`}`,
    ]),
    ...field('pull', pull),
    ...field('tags', tags.map(showChange)),
    ...field(
      'left',
      leftAlone.map(({ tag, reason, message }) => `${tag}  ${reason}: ${message}`),
    ),
    ...field(
      'stages',
      stages.map(({ name, durationMs, outcome }) => `${name.padEnd(8)} ${showDuration(durationMs)} ${outcome}`),
    ),
    ...field(
      'proxies',
      proxies.map(({ name, outcome, reason }) => [name, outcome, reason].filter(Boolean).join('  ')),
    ),
    ...field('error', error ? [`${error.reason ?? error.code}: ${error.message}`] : []),
    ...field('hint', error?.hint ? [error.hint] : []),
  ];
}

export function showPlan({ claimedVersion, version, repositoryId, changes, leftAlone, actions }: PlanAnswer): string[] {
  const from = claimedVersion === null ? 'none' : String(claimedVersion);
  const repository = repositoryId === null ? 'no Katello repository yet' : `Katello repository ${repositoryId}`;
  const width = Math.max(4, ...changes.map(({ name }) => name.length), ...leftAlone.map(({ tag }) => tag.length));
  const others = actions.filter(({ kind }) => kind !== 'copy-tags' && kind !== 'remove-tags');
  const lines = [
    ...changes.map(
      (change) => `${markOf(change)} tag ${change.name.padEnd(width)}  ${showDigests(change)}  ${change.reason}`,
    ),
    ...leftAlone.map(({ tag, reason }) => `= tag ${tag.padEnd(width)}  left alone  ${reason}`),
    ...others.map(({ kind, reason }) => `* ${kind}  ${reason}`),
  ];
  return [`push version ${from} → ${version}, ${repository}`, ...(lines.length > 0 ? lines : ['nothing to do'])];
}

type Change = ReceiptView['tags'][number];

function showChange(change: Change): string {
  return `${change.name}  ${showDigests(change)}  ${change.reason}`;
}

/** `sha256:41aa… → sha256:9b1c…`. */
export function showDigests({ from, to }: Pick<Change, 'from' | 'to'>): string {
  return [from, to]
    .filter((digest) => digest !== null)
    .map((digest) => (digest.length > DIGEST_LENGTH ? `${digest.slice(0, DIGEST_LENGTH)}…` : digest))
    .join(' → ');
}

function markOf({ from, to }: Change): string {
  if (from === null) return '+';
  return to === null ? '-' : '~';
}

export function showDuration(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** 12s, 5m, 3h, 2d. */
export function showAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86_400)}d`;
}
