/** A step of a long command, shown while it runs. */
import { Listr, type ListrTask } from 'listr2';

/** What a step tells about itself. */
export interface Progress {
  /** one line of what is going on; only the latest is shown */
  readonly say: (line: string) => void;
  /** what came of it, shown behind the title for good */
  readonly note: (result: string) => void;
}

/** Without a terminal each line stays, so they come at most this often. */
const GAP_MS = 5_000;
/** pip writes lines of thousands of characters. */
const LINE = 100;

/** Runs the step under this title and answers its result. A spinner and the latest line on a terminal, else plain lines. */
export async function runStep<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let finish = (): void => reject(new Error(`the step "${title}" was not run`));
    const task: ListrTask['task'] = async (_, view) => {
      const result = await work(createProgress(title, view));
      finish = () => resolve(result);
    };
    // Errors are told once, by whoever catches them; signals are heard in one place.
    const quiet = { rendererOptions: { showErrorMessage: false }, registerSignalListeners: false };
    // The result waits for the last line to be drawn.
    new Listr([{ title, task }], { ...quiet, fallbackRenderer: 'simple' }).run().then(() => finish(), reject);
  });
}

function createProgress(title: string, view: Parameters<ListrTask['task']>[1]): Progress {
  let saidAt = Date.now();
  return {
    say(line) {
      if (!process.stdout.isTTY && Date.now() - saidAt < GAP_MS) return;
      saidAt = Date.now();
      view.output = line.trim().slice(0, LINE);
    },
    note(result) {
      view.title = `${title}: ${result}`;
    },
  };
}
