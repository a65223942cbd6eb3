/** Hints as somebody sends them who saw a push. */
import { type Agent, type IncomingMessage, request } from 'node:http';

/** The status that a hint without a path is answered with. */
export async function sendHint(url: string, token: string, agent: Agent): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method: 'POST', agent, headers }, resolve).on('error', reject).end('{}');
  });
  answer.resume();
  return answer.statusCode ?? 0;
}
