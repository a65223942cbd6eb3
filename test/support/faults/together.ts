/** Tests that mostly wait, side by side: some scenarios go on at once, and each is a test of its own. */

export type Scenario = () => Promise<void>;

/** Each has a daemon and servers of its own, which begin with some seconds of work. */
const AT_ONCE = 6;

/** Declares a test for each scenario. Call it once in a `describe`. */
export function together(scenarios: Readonly<Record<string, Scenario>>): void {
  const outcomes: Promise<{ readonly error?: unknown }>[] = [];
  before(() => {
    for (const scenario of Object.values(scenarios)) {
      const earlier = outcomes.at(-AT_ONCE) ?? Promise.resolve();
      outcomes.push(
        earlier.then(scenario).then(
          () => ({}),
          (error: unknown) => ({ error }),
        ),
      );
    }
  });
  after(() => Promise.all(outcomes)); // nobody leaves servers behind
  for (const [index, name] of Object.keys(scenarios).entries()) {
    it(name, async () => {
      const outcome = await outcomes[index];
      if (outcome && 'error' in outcome) throw outcome.error;
    });
  }
}
