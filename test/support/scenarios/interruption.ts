/** Somebody who acts between two calls of the reactor. */
import type { LabOnPulpOptions } from '../lab.ts';

/** A write of the reactor. */
export type Write = 'addContent' | 'removeContent' | 'importTag' | 'createRepository' | 'setLabel';

export interface Interruption {
  /** for the scenario that is interrupted */
  readonly options: Pick<LabOnPulpOptions, 'wrap'>;
  /** Has it done once, when the reactor is about to send its next write of this kind. */
  before(write: Write, act: () => Promise<void>): void;
}

export function createInterruption(): Interruption {
  const acts = new Map<Write, () => Promise<void>>();
  const interrupt = async (write: Write): Promise<void> => {
    const act = acts.get(write);
    acts.delete(write);
    await act?.();
  };

  return {
    options: {
      wrap: ({ pulp, katello, ...deps }) => ({
        ...deps,
        pulp: {
          ...pulp,
          addContent: async (...given) => {
            await interrupt('addContent');
            return pulp.addContent(...given);
          },
          removeContent: async (...given) => {
            await interrupt('removeContent');
            return pulp.removeContent(...given);
          },
          setLabel: async (...given) => {
            await interrupt('setLabel');
            return pulp.setLabel(...given);
          },
        },
        katello: {
          ...katello,
          importTag: async (...given) => {
            await interrupt('importTag');
            return katello.importTag(...given);
          },
          createRepository: async (...given) => {
            await interrupt('createRepository');
            return katello.createRepository(...given);
          },
        },
      }),
    },
    before: (write, act) => void acts.set(write, act),
  };
}
