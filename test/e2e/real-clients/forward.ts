/** Passes HTTP requests on as they come, and tells each one once its answer has begun. */
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** Where requests go on to. */
export type Target = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface Passing {
  readonly asked: IncomingMessage;
  readonly answered: IncomingMessage;
}

/** @param onAnswer the answer goes back to the client when it is through */
export function forward(target: Target, onAnswer: (passing: Passing) => Promise<void>): RequestListener {
  return (asked, answer) => {
    const { connection: _, ...headers } = asked.headers;
    const onwards = request({ ...target, method: asked.method, path: asked.url, headers, agent: false });
    let isAnswered = false;
    const giveUp = (): void => {
      onwards.destroy();
      answer.destroy();
    };
    // Pulp's API sends a body with its answer to a HEAD (pulp_container 2.27), which Node takes for an error.
    onwards.on('error', () => isAnswered || giveUp());
    answer.once('close', () => onwards.destroy());
    onwards.once('response', (answered) => {
      isAnswered = true;
      onAnswer({ asked, answered })
        .then(() => {
          answer.writeHead(answered.statusCode ?? 502, answered.headers);
          return asked.method === 'HEAD' ? void answer.end() : pipeline(answered, answer);
        })
        .catch(giveUp);
    });
    asked.pipe(onwards);
  };
}
