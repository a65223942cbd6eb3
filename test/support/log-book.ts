/** A log that keeps its lines. */

export interface Line extends Record<string, unknown> {
  readonly level: string;
  readonly message: string;
}

type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface LogBook {
  readonly lines: Line[];
  readonly error: Write;
  readonly warn: Write;
  readonly info: Write;
  readonly debug: Write;
}

export function createLogBook(): LogBook {
  const lines: Line[] = [];
  const write =
    (level: string): Write =>
    (message, fields = {}) => {
      lines.push({ level, message, ...fields });
    };
  return { lines, error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}
