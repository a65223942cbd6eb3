/** What a suite of faults saw, as the rows of docs/faults.md. */
import { isLong } from './settings.ts';

export interface Row {
  readonly fault: string;
  /** stories or pushes that were tried */
  readonly runs: number;
  /** those whose end state was right; left out: all of them, or none where there is a flaw */
  readonly converged?: number;
  /** what did not come out right, a line each */
  readonly flaws: readonly string[];
  /** what else is worth knowing, in a few words */
  readonly note?: string;
}

export interface Figures {
  add(row: Row): void;
  /** Adds a test that is over, as one run of what its title says. */
  addTest(test: Mocha.Runnable | undefined): void;
  /** Prints the rows, for a person to put into the page. */
  print(): void;
}

const SHOWN_FLAWS = 3;

/** @param title of the suite */
export function createFigures(title: string): Figures {
  const rows: Row[] = [];
  return {
    add: (row) => void rows.push(row),
    addTest: (test) => {
      const flaws = test?.isPassed() === true ? [] : ['the test failed'];
      rows.push({ fault: test?.title ?? '', runs: 1, flaws });
    },
    print: () => void process.stdout.write(`\n${title}\n\n${renderTable(title, rows)}\n\n`),
  };
}

/** The rows as a table in Markdown. A seed at the end of the title is no part of them. */
export function renderTable(title: string, rows: readonly Row[]): string {
  const suite = title.replace(/ \(seed \d+\)$/, '');
  const lines = rows.map((row) => renderRow([suite, row.fault, isLong ? 'long' : 'short', ...cellsOf(row)]));
  return [HEAD, ...lines].join('\n');
}

function cellsOf({ runs, flaws, converged = flaws.length === 0 ? runs : 0, note = '' }: Row): string[] {
  const more = flaws.length > SHOWN_FLAWS ? [`and ${flaws.length - SHOWN_FLAWS} more`] : [];
  const lost = flaws.length === 0 ? 'nothing' : [...flaws.slice(0, SHOWN_FLAWS), ...more].join('; ');
  return [String(runs), String(converged), lost, note];
}

/** A line of the table, whatever the cells hold. */
function renderRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
}

const HEAD = `${renderRow(['Suite', 'Fault', 'Run', 'Runs', 'Converged', 'Lost', 'Note'])}\n|---|---|---|---|---|---|---|`;
