/** Work in lanes: what is in one lane goes on one by one, in its order; the lanes go on beside each other. */

export interface Lanes {
  /** Begins the work when its lane is free. */
  add(lane: string, work: () => Promise<void>): void;
  /** Waits for all lanes. @throws the first failure; what is behind it in its lane was not begun */
  end(): Promise<void>;
}

export function createLanes(): Lanes {
  const lanes = new Map<string, Promise<void>>();
  return {
    add(lane, work) {
      const next = (lanes.get(lane) ?? Promise.resolve()).then(work);
      next.catch(() => undefined); // `end` throws it
      lanes.set(lane, next);
    },
    end: async () => void (await Promise.all(lanes.values())),
  };
}
