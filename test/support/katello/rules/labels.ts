/** Labels: how Katello derives one from a name, and what it refuses. */
import { randomUUID } from 'node:crypto';

const LABEL_LENGTH = 128;

/**
 * The label Katello gives a name: every run of characters that a label cannot have becomes one `_`. A name that is not
 * ASCII or too long gets a UUID.
 */
export function labelize(name: string): string {
  const isAscii = Buffer.byteLength(name) === name.length;
  return isAscii && name.length <= LABEL_LENGTH ? name.replace(/[^a-zA-Z0-9_-]+/g, '_') : randomUUID();
}

/** What is wrong with a label, as validation texts; empty when nothing is. */
export function labelProblems(label: string | null): string[] {
  if (label === null || label.trim() === '') return ["can't be blank"];
  if (!/^[a-zA-Z0-9_-]*$/.test(label)) return ["cannot contain characters other than ascii alpha numerals, '_', '-'. "];
  if (label.length > LABEL_LENGTH) return [`cannot contain more than ${LABEL_LENGTH} characters`];
  return [];
}

/** What is wrong with a product's or repository's name. */
export function nameProblems(name: string | null): string[] {
  if (name === null || name.trim() === '') return ['cannot be blank'];
  if (name.length > 255) return ['cannot contain more than 255 characters'];
  return [];
}
