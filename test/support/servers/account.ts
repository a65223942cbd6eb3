/** Another user of this machine, for servers that refuse to run as root. */
import { runCommand } from './command.ts';

export interface Account {
  readonly uid: string;
  readonly gid: string;
  /** options of setpriv(1) */
  readonly privileges: readonly string[];
}

/** The account of this name, or `nobody`, if we are root; null if we are not: then the server runs as we do. */
export async function findAccount(wanted: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string, name: string): Promise<string> => runCommand('id', [flag, name]);
  const name = await idOf('-u', wanted).then(
    () => wanted,
    () => 'nobody',
  );
  const [uid, gid] = [(await idOf('-u', name)).trim(), (await idOf('-g', name)).trim()];
  // Without this capability that user could not reach a directory below root's home.
  const reach = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return { uid, gid, privileges: [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...reach] };
}
