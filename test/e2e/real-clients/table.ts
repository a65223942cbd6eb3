/** Which clients were found, and what each of them did, as a table of docs/clients.md. */
export type Column =
  | { readonly isFound: true; readonly client: { readonly name: string }; readonly version: string }
  | { readonly isFound: false; readonly client: { readonly name: string }; readonly reason: string };

/** What one client did in one scenario. */
export interface Cell {
  readonly client: string;
  readonly scenario: string;
  readonly text: string;
}

/** A row for each scenario, a column for each client; below it, why a client is missing. */
export function renderTable(columns: readonly Column[], scenarios: readonly string[], cells: readonly Cell[]): string {
  const textOf = (client: string, scenario: string): string =>
    cells.findLast((cell) => cell.client === client && cell.scenario === scenario)?.text ?? '';
  const head = columns.map((column) =>
    column.isFound ? `${column.client.name} ${column.version}` : column.client.name,
  );
  const rows = scenarios.map((scenario) => [
    scenario,
    ...columns.map(({ isFound, client }) => (isFound ? textOf(client.name, scenario) : 'not found')),
  ]);
  const table = [['', ...head], ['---', ...head.map(() => '---')], ...rows].map(
    (row) => `| ${row.map(escapeCell).join(' | ')} |`,
  );
  const missing = columns.flatMap((column) =>
    column.isFound ? [] : [`- ${column.client.name} was not found: ${column.reason}`],
  );
  return [...table, ...(missing.length > 0 ? ['', ...missing] : [])].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
