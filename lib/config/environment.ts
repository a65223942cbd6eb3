/** The environment of this process, seen here only. Apart from the rest of the configuration, which takes long to load. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** A copy. */
export function readEnvironment(): Environment {
  return { ...process.env };
}
