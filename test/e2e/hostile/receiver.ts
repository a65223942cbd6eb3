/** Somebody who is told what happens. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export interface EventReceiver {
  /** port of 127.0.0.1 */
  readonly port: number;
  /** headers and body of each event, as text */
  readonly events: readonly string[];
  close(): void;
}

/** Takes whatever comes. */
export async function openReceiver(): Promise<EventReceiver> {
  const events: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    events.push(`${JSON.stringify(request.headers)} ${body}`);
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    void take(request, response);
  });
  server.listen(0, '127.0.0.1');
  server.unref(); // a site that did not start closes nothing
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, events, close: () => server.close() };
}
