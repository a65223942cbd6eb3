/** Accounts that Foreman itself has and nobody logs in with. */

/** The one that Katello's own tasks run as. */
export const SYSTEM_LOGIN = 'foreman_api_admin';

export const SYSTEM_LOGINS: readonly string[] = ['foreman_admin', 'foreman_console_admin', SYSTEM_LOGIN];
