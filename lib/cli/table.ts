/**
 * Tables that fit a terminal.
 */
import { showHidden } from '../hidden.ts';
import { type Colour, createPaint } from './colour.ts';
import { columnsOf, type Io } from './terminal.ts';

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

/** Prints a table that fits the terminal. @param colourOf of a cell, by its text and the head of its column */
export async function printTable(
  io: Io,
  rows: Rows,
  colourOf: (text: string, head: string) => Colour | null = () => null,
): Promise<void> {
  const paint = createPaint(io, io.stdout);
  const head = rows[0] ?? [];
  const painted: PaintCell = (text, row, column) =>
    paint(text, row === 0 ? 'dim' : colourOf(text.trim(), head[column] ?? ''));
  for (const line of await formatTable(rows, columnsOf(io), painted)) io.stdout.write(`${line}\n`);
}

/** Wraps the text of a cell, which is harmless by then, in colour. */
type PaintCell = (text: string, row: number, column: number) => string;

/** Lines of a table without borders, at most `columns` wide; what does not fit is cut with `…`. */
export async function formatTable(rows: Rows, columns: number, paint: PaintCell = (text) => text): Promise<string[]> {
  const { default: Table } = await import('cli-table3');
  const cells = rows.map((row) => row.map(showHidden));
  const table = new Table({
    chars: Object.fromEntries(BORDERS.map((name) => [name, ''])),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [] },
    colWidths: fitWidths(cells, columns),
  });
  table.push(...cells.map((row, index) => row.map((text, column) => paint(text, index, column))));
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
