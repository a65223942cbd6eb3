/**
 * The closed list of reasons and their texts: why something was refused, left alone, waits, failed or alarms.
 * Codes are stable; people, logs and answers see them together with the text.
 */
import { RefusedError } from '../errors.ts';

/** What happened, and what a person can do about it (null: nothing to do); `{word}` is filled from the details. */
type Text = readonly [message: string, hint: string | null];
type Texts = Readonly<Record<string, Text>>;

const REFUSED = {
  'bad-credentials': ['wrong login, password or token', 'podman login {host}'],
  'too-many-failures': ['too many failed logins', 'wait {s} s'],
  'permission-missing': [
    '{login} may not push to {path}',
    'needs view_products and sync_products there, and membership of {org}',
  ],
  'bad-name': ['no push path', 'ORG/NAME, ORG/PRODUCT/NAME, id/ORG/[PRODUCT/]NAME'],
  'unknown-organization': ['no organization {org}', 'check its label'],
  'unknown-product': ['{org} has no product {product}', 'create it, or push to {org}/{name}'],
  'ambiguous-label': ['{label} fits ids {a}, {b}', 'push to id/…'],
  'push-product-missing': ['{org} has no {pushProduct}', 'create it'],
  'organization-excluded': ['pushes to {org} are off', 'ask the admin'],
  'name-refused': ['Katello refuses {name}: {message}', 'rename'],
  'label-taken': ['{other} has the label {label}', 'rename'],
  'synced-repository': ['synced from {url}', 'use another name'],
  'native-push-repository': ["Katello's own push made it", 'push to {katelloHost}'],
  'other-owner': ['{other} feeds repository {id}', 'push there'],
  'foreign-distribution': ['{path} has a foreign distribution', 'remove it in Pulp'],
  closing: ['being deleted', 'try again in {n} minutes'],
  orphaned: ['its Katello repository is gone', 'kpr orphans keep or delete {path}'],
} as const satisfies Texts;

const LEFT_ALONE = {
  pinned: ['{tag} was changed in Katello', 'push another image, or kpr reprocess {path} --unpin'],
  'incomplete-index': ['held, {digest} is missing, old image stays', 'manifest push --all'],
  'nested-index': ['held', 'push a flat index'],
  'last-tag': ['a push cannot remove the last tag', 'delete the repository in Katello'],
  'atomic-signature': ['not copied', 'use cosign'],
  'push-repository-unreadable': ['nothing removed', null],
  policy: ['KPR_POLICY forbids {action}', null],
} as const satisfies Texts;

const WAITING = {
  paced: ['next publish in {s} s', null],
  'katello-busy': ['task {id} holds repository {r}', 'if paused, resume it'],
  'pulp-busy': ['since {time}', null],
  'pulp-down': ['since {time}', null],
  'katello-down': ['since {time}', null],
  'account-refused': ["{system} refuses kpr's account", 'check password and rights'],
  'queue-paused': ['by {login}', 'kpr queue resume'],
} as const satisfies Texts;

const PROXY = {
  'setting-off': ['no automatic sync', 'kpr proxies sync {path}'],
  'proxy-permission': ['{account} lacks {permission}', 'add it'],
  'no-library': ['does not carry Library', null],
  'proxy-failed': ['{message}', 'kpr proxies sync {path}'],
  'not-serving': ['synced, not served', 'kpr proxies sync {path}'],
} as const satisfies Texts;

const ORPHAN = {
  quarantined: ['until {time}', null],
  unproven: ['no Destroy task found', "check kpr's rights; keep, or delete --unproven"],
  'pushed-since-claim': ['pushed to since the claim', 'keep or delete'],
} as const satisfies Texts;

const ALARM = {
  'publish-overdue': ['{path}, {reason}, > 15 minutes', null],
  'task-paused': ['{id} holds {path}, {age}', 'resume it'],
  'orphan-limit': ['{n} due', 'orphans list, then delete --all --limit {n}'],
  'blob-mismatch': ['{digest} has other bytes, not published', 'find who pushed it'],
  'distribution-changed': ['{path} lost its label or has a repository_version', 'kpr reprocess {path}'],
} as const satisfies Texts;

export type RefusedReason = keyof typeof REFUSED;
export type LeftAloneReason = keyof typeof LEFT_ALONE;
export type WaitingReason = keyof typeof WAITING;
export type ProxyReason = keyof typeof PROXY;
export type OrphanReason = keyof typeof ORPHAN;
export type AlarmReason = keyof typeof ALARM;
export type Reason = RefusedReason | LeftAloneReason | WaitingReason | ProxyReason | OrphanReason | AlarmReason;

/** What fills the `{words}` of a text. May come from anywhere; it is made harmless when it is put in. */
export type Details = Readonly<Record<string, string>>;

const TEXTS: Readonly<Record<Reason, Text>> = {
  ...REFUSED,
  ...LEFT_ALONE,
  ...WAITING,
  ...PROXY,
  ...ORPHAN,
  ...ALARM,
};

/** Longest detail shown, in characters. */
const DETAIL_LENGTH = 200;

/** Characters that move the cursor, hide, or turn the reading direction; and halves of a character. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Every code, grouped as above. */
export const REASONS: readonly Reason[] = Object.keys(TEXTS).filter(isReason);

/** Codes of what a person has to look at, day or night. */
export const ALARMS: readonly AlarmReason[] = Object.keys(ALARM).filter(isAlarm);

/** True for a code of the list; errors carry their reason as plain text. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(TEXTS, text);
}

/** True for a code that a person has to look at, day or night. */
export function isAlarm(text: string): text is AlarmReason {
  return Object.hasOwn(ALARM, text);
}

/**
 * The texts of a reason, filled. A missing or empty detail shows as `?`; long ones are cut, and characters that a
 * terminal or page would not show as they are appear as `\u{…}`. HTML and shells still need their own escaping.
 */
export function describeReason(reason: Reason, details: Details = {}): { message: string; hint: string | null } {
  const [message, hint] = TEXTS[reason];
  return { message: fill(message, details), hint: hint === null ? null : fill(hint, details) };
}

/** The error that a rule throws when it says no; for an alarm a person has to act at once. */
export function refuse(reason: RefusedReason | AlarmReason, details: Details = {}): RefusedError {
  return new RefusedError(reason, describeReason(reason, details).message, details);
}

function fill(template: string, details: Details): string {
  return template.replace(/\{(\w+)\}/g, (_, word: string) => {
    const detail = details[word];
    return detail ? show(detail) : '?';
  });
}

function show(detail: string): string {
  const characters = Array.from(detail.slice(0, 2 * DETAIL_LENGTH));
  const isLong = characters.length > DETAIL_LENGTH || detail.length > 2 * DETAIL_LENGTH;
  const text = isLong ? `${characters.slice(0, DETAIL_LENGTH).join('')}…` : detail;
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
