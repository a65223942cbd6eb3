/** Katello's search language (scoped_search 4): every value quoted, so that no name can change what is asked. Pure. */

/** Apache takes request lines of 8190 bytes; ours stay well below. */
const MAX_ENCODED_LENGTH = 3000;

/** In double quotes a backslash makes the next character ordinary. */
export function quote(value: string): string {
  return `"${value.replaceAll(/["\\]/gu, (character) => `\\${character}`)}"`;
}

/**
 * Splits values into groups that fit into one request each, `overhead` characters for each value included; a single value
 * is never split. Order is kept, no group is empty.
 */
export function groupForSearch(values: readonly string[], overhead: number): string[][] {
  const groups: string[][] = [];
  let roomLeft = 0;
  for (const value of values) {
    const length = encodedLength(quote(value)) + overhead;
    const group = groups.at(-1);
    if (group && length <= roomLeft) {
      group.push(value);
      roomLeft -= length;
    } else {
      groups.push([value]);
      roomLeft = MAX_ENCODED_LENGTH - length;
    }
  }
  return groups;
}

function encodedLength(text: string): number {
  return new URLSearchParams([['', text]]).toString().length;
}
