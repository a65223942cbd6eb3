/** Requests to a registry as a client makes them: if it asks for a token, one is fetched from where it says. */
import { z } from 'zod';
import { type Door, identify, type Sending, send } from '../send.ts';

export type Client = (method: string, path: string, sending?: Omit<Sending, 'signal'>) => Promise<Response>;

const TokenAnswer = z.object({ token: z.string() });
const Refusal = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

/** @param scope what a token is asked for, `repository:NAME:pull,push` */
export function createClient(registry: Door, scope: string, signal?: AbortSignal): Client {
  let identity = identify(registry);
  return async (method, path, { headers, body } = {}) => {
    const ask = (): Promise<Response> =>
      send(registry, method, path, { headers: { ...headers, ...identity }, body, signal });
    const answer = await ask();
    const challenge = answer.headers.get('www-authenticate') ?? '';
    if (answer.status !== 401 || !challenge.startsWith('Bearer ')) return answer;

    identity = { authorization: `Bearer ${await fetchToken(registry, challenge, scope, signal)}` };
    return ask();
  };
}

/** @throws Error with the message of the token server when it refuses */
async function fetchToken(registry: Door, challenge: string, scope: string, signal?: AbortSignal): Promise<string> {
  const valueOf = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const realm = new URL(valueOf('realm'));
  const query = new URLSearchParams({ service: valueOf('service'), scope });
  const door = { ...registry, url: realm.origin };
  const path = `${realm.pathname}?${query.toString()}`;
  const answer = await send(door, 'GET', path, { headers: identify(door), signal });
  const text = await answer.text();
  if (answer.ok) return TokenAnswer.parse(JSON.parse(text)).token;
  throw new Error(messageOf(text) ?? `the token server answered ${answer.status}: ${text.slice(0, 500)}`);
}

function messageOf(text: string): string | undefined {
  try {
    return Refusal.parse(JSON.parse(text)).errors[0]?.message;
  } catch {
    return undefined;
  }
}
