/** What a suite of faults saw, as the rows of docs/faults.md. */

export interface Row {
  readonly fault: string;
  /** stories or pushes that were tried */
  readonly runs: number;
  /** those whose end state was right */
  readonly converged: number;
  /** in a few words; `nothing` where nothing was */
  readonly lost: string;
}

export interface Figures {
  add(row: Row): void;
  /** Prints the table, for a person to compare with the page. */
  print(): void;
}

export function createFigures(title: string): Figures {
  const rows: Row[] = [];
  return {
    add: (row) => void rows.push(row),
    print() {
      const lines = rows.map(({ fault, runs, converged, lost }) => `| ${fault} | ${runs} | ${converged} | ${lost} |`);
      process.stdout.write(`\n${title}\n\n| Fault | Runs | Converged | Lost |\n|-|-|-|-|\n${lines.join('\n')}\n\n`);
    },
  };
}
