/** The environment that the servers see. */

/** Variables that would change a server behind our back: each of them is set on purpose or not at all. */
const MEANT_FOR_A_SERVER = /^(PULP_|KPR_|DJANGO_|PG|REDIS_URL$|PYTHONPATH$|PYTHONHOME$|NODE_OPTIONS$)/;

/** Our own environment without what is meant for one of the servers, and with `extra` on top. */
export function serverEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !MEANT_FOR_A_SERVER.test(name)) env[name] = value;
  }
  return { ...env, ...extra };
}
