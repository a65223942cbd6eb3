/** One attack, and what comes of it. */
import { z } from 'zod';
import type { Kind } from '../../support/web-server/web-server.ts';
import type { Site } from './site.ts';
import type { Answer } from './wire.ts';

/** What the attacker is told. */
export interface Told {
  readonly status: number;
  /** of an error, as the OCI distribution specification names them; empty where the answer has none */
  readonly code: string;
  /** what a person reads: of an error, or what was granted */
  readonly message: string;
}

/** What each web server answers. */
export type Answers = Readonly<Record<Kind, Told>>;

export interface Attack {
  /** names its row in the table */
  readonly id: string;
  /** what is tried, in words */
  readonly what: string;
  readonly told: Answers;
  /** The last answer that the attacker gets. */
  readonly send: (site: Site) => Promise<Answer>;
}

/** The same answer from both web servers. */
export function both(status: number, code: string, message: string): Answers {
  return { apache: { status, code, message }, nginx: { status, code, message } };
}

/** Attacks of one kind, each a row of its id, words and what to send. */
export function attacksOf<T>(
  told: Answers,
  send: (what: T) => Attack['send'],
  rows: readonly (readonly [id: string, what: string, sent: T])[],
): Attack[] {
  return rows.map(([id, what, sent]) => ({ id, what, told, send: send(sent) }));
}

/** What an attacker reads of an answer. The registry is called push.example.com, as in the table. */
export function readTold({ status, body }: Answer, registry: string): Told {
  const { code, message } = readError(body) ?? readGrant(body) ?? { code: '', message: body };
  const text = message.replaceAll(registry, 'push.example.com').replace(/\bwait \d+ s\b/, 'wait N s');
  return { status, code, message: text };
}

const Errors = z.object({ errors: z.tuple([z.object({ code: z.string(), message: z.string() })]) });
/** The daemon's own words, where no client of a registry asks. */
const Failure = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
/** Pulp's words for what is not there. */
const Detail = z.object({ detail: z.string() });
/** Fastify's words for it. */
const Message = z.object({ message: z.string() });
/** And nothing else: no refresh token. */
const Granted = z.strictObject({
  token: z.string(),
  access_token: z.string(),
  expires_in: z.number(),
  issued_at: z.string(),
});
const Claims = z.object({
  access: z.array(z.strictObject({ type: z.string(), name: z.string(), actions: z.array(z.string()) })),
});

function readError(body: string): Omit<Told, 'status'> | null {
  const json = readJson(body);
  const error = Errors.safeParse(json).data?.errors[0] ?? Failure.safeParse(json).data?.error;
  if (error) return error;
  const message = Detail.safeParse(json).data?.detail ?? Message.safeParse(json).data?.message;
  return message === undefined ? readTitle(body) : { code: '', message };
}

/** Of a page that Pulp made, or the server under it. */
function readTitle(body: string): Omit<Told, 'status'> | null {
  const title = /<title>([^<]*)<\/title>/.exec(body)?.[1];
  return title === undefined ? null : { code: '', message: title };
}

function readGrant(body: string): Omit<Told, 'status'> | null {
  const token = Granted.safeParse(readJson(body)).data?.token;
  if (token === undefined) return null;
  const { access } = Claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  const names = access.map(({ type, name, actions }) => `${type} ${name}: ${actions.join(', ')}`);
  return { code: '', message: `granted: ${names.join('; ') || 'nothing'}` };
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
