/** Works on many things, so many at once; the first failure is thrown when all of them have ended. */
export async function inParallel<T>(
  width: number,
  things: readonly T[],
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const rest = [...things];
  const lane = async (): Promise<void> => {
    for (let thing = rest.shift(); thing !== undefined; thing = rest.shift()) await work(thing);
  };
  const ended = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
