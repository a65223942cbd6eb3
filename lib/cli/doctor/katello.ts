/**
 * Checks of Katello.
 */
import { deletesPushRepositories, describeCleanup } from '../../app/cleanup.ts';
import type { Clients } from '../../clients.ts';
import type { Config } from '../../config.ts';
import { OWN_RIGHTS } from '../../domain/own-rights.ts';
import type { Katello } from '../../katello/katello.ts';
import { type Check, fail, ok, warn } from './finding.ts';

/** Rights of this kind change things; an account should hold no more of them than it needs. */
const CHANGING = /^(?:assign|create|destroy|edit|import|manage|promote|publish|sync|upload)_/;

export function checkKatello(katello: Katello, signal: AbortSignal): Check {
  return async () => ok(await katello.readVersion(signal));
}

export function checkKatelloRights({ katello, users }: Clients, config: Config, signal: AbortSignal): Check {
  return async () => {
    const { login, isAdmin } = await katello.readCurrentUser(signal);
    if (isAdmin) return warn(`${login} is an administrator. A role with ${OWN_RIGHTS.length} permissions is enough.`);

    const [organization] = await katello.listOrganizations(signal);
    if (!organization) return fail(`${login} is a member of no organization. Make it a member of all.`);
    const user = { login: config.katello.login, password: config.katello.password.reveal(), address: '127.0.0.1' };
    const held = await users.readPermissions(user, organization.id, signal);
    if (typeof held === 'string') return fail(`${login} is no member of ${organization.label}. Make it a member.`);

    const needed: ReadonlySet<string> = new Set(OWN_RIGHTS);
    const missing = OWN_RIGHTS.filter((name) => !held.has(name));
    const excess = [...held].filter((name) => CHANGING.test(name) && !needed.has(name));
    if (missing.length > 0) return fail(`${login} lacks ${missing.join(', ')}. Add them to its role.`);
    return excess.length > 0 ? warn(`${login} needs no ${excess.join(', ')}.`) : ok(`${login} has what it needs`);
  };
}

export function checkOrganizations(katello: Katello, signal: AbortSignal): Check {
  return async () => {
    const organizations = await katello.listOrganizations(signal);
    if (organizations.length === 0) return fail('the account sees none. Make it a member of all.');
    const labels = organizations.map(({ label }) => label.toLowerCase());
    const equal = new Set(labels.filter((label, index) => labels.indexOf(label) !== index));
    if (equal.size === 0) return ok(`${organizations.length}, no two labels are equal`);
    const idsOf = (label: string) =>
      organizations.filter((other) => other.label.toLowerCase() === label).map(({ id }) => id);
    const shown = [...equal].map((label) => `${label} (ids ${idsOf(label).join(', ')})`);
    return warn(`labels that differ in case only: ${shown.join('; ')}. Push to id/… there.`);
  };
}

export function checkOrphanCleanup(katello: Katello, { acceptsCleanup }: Config, signal: AbortSignal): Check {
  return async () => {
    const version = await katello.readVersion(signal);
    if (!deletesPushRepositories(version)) return ok(`Katello ${version} leaves push repositories alone`);
    return acceptsCleanup
      ? warn(describeCleanup(version))
      : fail(`${describeCleanup(version)} kpr does not start there.`);
  };
}
