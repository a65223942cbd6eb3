/**
 * The verb version. Apart from the other verbs about the program, because it has to be quick.
 */
import { type CommonOptions, type Io, printJson, printLines } from './terminal.ts';

export function versionVerb(io: Io, version: string, { output }: CommonOptions): void {
  if (output === 'json') printJson(io, { version, node: process.versions.node });
  else printLines(io, [`kpr ${version}`]);
}
