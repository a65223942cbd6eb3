/** Tests that mostly wait, side by side: all scenarios start at once, and each is a test of its own. */

export type Scenario = () => Promise<void>;

/** Declares a test for each scenario. Call it once in a `describe`. */
export function together(scenarios: Readonly<Record<string, Scenario>>): void {
  const outcomes = new Map<string, Promise<{ readonly error?: unknown }>>();
  before(() => {
    for (const [name, scenario] of Object.entries(scenarios)) {
      outcomes.set(
        name,
        scenario().then(
          () => ({}),
          (error: unknown) => ({ error }),
        ),
      );
    }
  });
  after(() => Promise.all(outcomes.values())); // nobody leaves servers behind
  for (const name of Object.keys(scenarios)) {
    it(name, async () => {
      const outcome = await outcomes.get(name);
      if (outcome && 'error' in outcome) throw outcome.error;
    });
  }
}
