/** Mocha's `spec` reporter that also writes how many tests passed, failed and were skipped, for a sum over several runs. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { z } from 'zod';

/** What the reporter writes, as JSON, into the file of its option `output`. */
export const Counts = z.object({ passed: z.number(), failed: z.number(), skipped: z.number() });
export type Counts = z.infer<typeof Counts>;

const Options = z.object({ reporterOption: z.object({ output: z.string() }) });

/** For mocha's `--reporter`, which takes a default export only. */
export default class CountReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { output } = Options.parse(options).reporterOption;
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const counts: Counts = { passed: passes, failed: failures, skipped: pending };
      writeFileSync(output, JSON.stringify(counts));
    });
  }
}
