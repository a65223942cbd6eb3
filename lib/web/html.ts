/**
 * HTML by tagged templates. Whatever is put in is text, unless it was made here: names, tags and messages come from
 * strangers. Attributes have to be in double quotes.
 */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const SPECIAL = /[&<>"']/g;
/** Characters that hide, or turn the reading direction; a page shows them as `\u{…}`. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes; null and false show nothing. */
export type Piece = Html | string | number | null | false | readonly Piece[];

/** HTML of the template, with everything else in it escaped. */
export function html({ raw }: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(raw.map((part, index) => part + render(pieces[index] ?? null)).join(''));
}

function render(piece: Piece): string {
  if (piece === null || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'string' || typeof piece === 'number') return escape(String(piece));
  return piece.map(render).join('');
}

function escape(text: string): string {
  return text
    .replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(SPECIAL, (character) => ESCAPES[character] ?? '');
}
