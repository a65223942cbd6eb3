/** What the token endpoint is sent and what it tells. */
import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';

const TokenAnswer = z.object({
  token: z.string(),
  access_token: z.string(),
  expires_in: z.number(),
  issued_at: z.string(),
});
const ErrorsAnswer = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string(), detail: z.object({}).loose() })).length(1),
});
const Claims = z.object({ aud: z.string(), access: z.array(z.unknown()) }).loose();
const Access = z.strictObject({ type: z.literal('repository'), name: z.string(), actions: z.array(z.string()) });

export interface Told {
  readonly status: number;
  /** granted repositories with their actions, as `name:actions` */
  readonly access: readonly string[];
  /** of a refusal, else empty */
  readonly message: string;
  readonly reason: unknown;
  readonly token: string;
  readonly text: string;
}

/** Value of an `Authorization` header. */
export function basic(login: string, password: string): string {
  return `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
}

/** PEM of a fresh private key on P-256. */
export function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Claims of a token, unverified. */
export function claimsOf(token: string): z.infer<typeof Claims> {
  return Claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));
}

/** What an answer of the token endpoint says. */
export function read(status: number, text: string): Told {
  const body: unknown = JSON.parse(text);
  if (status === 200) {
    const { token } = TokenAnswer.parse(body);
    return { status, access: claimsOf(token).access.map(nameAccess), message: '', reason: null, token, text };
  }
  const [error] = ErrorsAnswer.parse(body).errors;
  return {
    status,
    access: [],
    message: error?.message ?? '',
    reason: error?.detail['reason'] ?? error?.code,
    token: '',
    text,
  };
}

function nameAccess(entry: unknown): string {
  const { name, actions } = Access.parse(entry);
  return `${name}:${actions.join(',')}`;
}
