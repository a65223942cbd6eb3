/** Accounts that Foreman itself has and nobody logs in with. */

/** The one that Katello's own tasks run as. */
export const SYSTEM_LOGIN = 'foreman_api_admin';

/** The one that tasks started on the server's command line run as. */
export const CONSOLE_LOGIN = 'foreman_admin';

export const SYSTEM_LOGINS: readonly string[] = [CONSOLE_LOGIN, 'foreman_console_admin', SYSTEM_LOGIN];
