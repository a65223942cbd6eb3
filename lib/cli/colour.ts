/**
 * Colours, where a terminal shows them and nobody asked for none.
 */
export type Colour = 'red' | 'yellow' | 'green' | 'dim';

/** Wraps a text that is harmless already; plain where there is no colour. */
export type Paint = (text: string, colour: Colour | null) => string;

const CODES: Readonly<Record<Colour, number>> = { red: 31, yellow: 33, green: 32, dim: 2 };

/** Paints on a terminal, unless NO_COLOR is set to anything (no-color.org). */
export function createPaint(
  { env }: { readonly env: Readonly<Record<string, string | undefined>> },
  { isTTY }: { readonly isTTY?: boolean | undefined },
): Paint {
  if (!isTTY || env['NO_COLOR']) return (text) => text;
  return (text, colour) => (colour === null ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`);
}

/** States and results in one word. */
export function colourOf(word: string): Colour | null {
  switch (word) {
    case 'done':
    case 'served':
    case 'ok':
      return 'green';
    case 'waiting':
    case 'running':
    case 'queued':
    case 'pending':
    case 'warn':
      return 'yellow';
    case 'failed':
    case 'refused':
    case 'FAIL':
      return 'red';
    default:
      return null;
  }
}
