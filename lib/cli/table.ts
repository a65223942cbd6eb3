/**
 * Tables that fit a terminal.
 */
import { showHidden } from '../hidden.ts';

/** Cells as text, the head first; rows are as long as the head. */
export type Rows = readonly (readonly string[])[];

const GAP = 2;
const NARROWEST = 6;
const BORDERS = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
];

/** Lines of a table without borders, at most `columns` wide; what does not fit is cut with `…`. */
export async function formatTable(rows: Rows, columns: number): Promise<string[]> {
  const { default: Table } = await import('cli-table3');
  const cells = rows.map((row) => row.map(showHidden));
  const table = new Table({
    chars: Object.fromEntries(BORDERS.map((name) => [name, ''])),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [] },
    colWidths: fitWidths(cells, columns),
  });
  table.push(...cells.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Width of each column, gap included: as wide as its widest cell, the widest columns cut first. */
export function fitWidths(rows: Rows, columns: number): number[] {
  const widths = (rows[0] ?? []).map((_, column) => GAP + Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const sum = () => widths.reduce((total, width) => total + width, 0);
  while (sum() > columns) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST + GAP) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
