/** Everything that ends a request without success, and the body each kind of controller gives it. */
import type { Traits } from '../traits.ts';

/** Whose shape the body has. */
export type Shape = 'katello' | 'foreman' | 'bare' | 'rack';

/** A request that ends in an error answer. */
export class Failure extends Error {
  readonly status: number;
  readonly shape: Shape;
  /** validation errors by attribute; null where the body lists only the text */
  readonly attributes: Readonly<Record<string, readonly string[]>> | null;
  /** further keys of Foreman's `error` object, or keys of Katello's body */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    shape: Shape,
    message: string,
    attributes: Readonly<Record<string, readonly string[]>> | null = null,
    extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.shape = shape;
    this.attributes = attributes;
    this.extra = extra;
  }
}

/** An error of Katello's controllers. */
export function katelloFailure(status: number, message: string): Failure {
  return new Failure(status, 'katello', message);
}

/** An error of Foreman's controllers and of the tasks API. */
export function foremanFailure(status: number, message: string, extra: Record<string, unknown> = {}): Failure {
  return new Failure(status, 'foreman', message, null, extra);
}

/** 422 with the errors of each attribute; the text puts them behind each other as Rails does. */
export function validationFailure(attributes: Readonly<Record<string, readonly string[]>>): Failure {
  return new Failure(422, 'katello', `Validation failed: ${fullMessages(attributes).join(', ')}`, attributes);
}

/** Foreman's own validation error. */
export function foremanValidationFailure(attributes: Readonly<Record<string, readonly string[]>>): Failure {
  return new Failure(422, 'foreman', '', attributes, {
    id: null,
    errors: attributes,
    full_messages: fullMessages(attributes),
  });
}

/** The body of an error answer. */
export function failureBody(failure: Failure, traits: Traits): unknown {
  switch (failure.shape) {
    case 'katello':
      return {
        [traits.errorTextKey]: failure.message,
        errors: failure.attributes ?? [failure.message],
        ...failure.extra,
      };
    case 'foreman':
      return { error: failure.attributes === null ? { message: failure.message, ...failure.extra } : failure.extra };
    case 'bare':
      return { message: failure.message };
    case 'rack':
      return { status: failure.status, error: failure.message };
    default:
      return failure.shape satisfies never;
  }
}

function fullMessages(attributes: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(attributes).flatMap(([attribute, texts]) =>
    texts.map((text) => (attribute === 'base' ? text : `${humanize(attribute)} ${text}`)),
  );
}

function humanize(attribute: string): string {
  const words = attribute.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
