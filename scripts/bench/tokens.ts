/** Tokens as a client asks for them, for the sandbox's `dev`. */
import { type Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { basic } from '../../test/support/told.ts';

const TokenAnswer = z.object({ token: z.string() });

export interface Wanted {
  /** host:port of the registry */
  readonly service: string;
  /** push path */
  readonly path: string;
}

/** A token to push, from the front at this URL. @throws Error when it is refused */
export async function askToken(front: string, { service, path }: Wanted, agent?: Agent): Promise<string> {
  const query = new URLSearchParams({ service, scope: `repository:${path}:pull,push` }).toString();
  const headers = { authorization: basic('dev', 'sandbox-dev') };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${front}/token?${query}`, { ...(agent && { agent }), headers }, resolve)
      .on('error', reject)
      .end();
  });
  const body = await text(answer);
  if (answer.statusCode !== 200) throw new Error(`a token was answered ${answer.statusCode}: ${body}`);
  return TokenAnswer.parse(JSON.parse(body)).token;
}
