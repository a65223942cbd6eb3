/** Answers of real Katellos, shortened to the fields that matter here. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { HttpServer } from '../http-server.ts';

export const KATELLO_VERSIONS = ['4.14.3', '5.0.1'] as const;
export type KatelloVersion = (typeof KATELLO_VERSIONS)[number];

const Exchange = z.object({
  /** method, path and query as they were sent when the answer was recorded */
  request: z.string(),
  status: z.number(),
  body: z.unknown(),
});
export type Exchange = z.infer<typeof Exchange>;

/** Gives the exchange of that name. @throws Error when none has it */
export function readRecorded(version: KatelloVersion): (name: string) => Exchange {
  const text = readFileSync(new URL(`./katello-${version}.json`, import.meta.url), 'utf8');
  const exchanges = z.record(z.string(), Exchange).parse(JSON.parse(text));
  return (name) => {
    const exchange = exchanges[name];
    if (!exchange) throw new Error(`nothing recorded as ${name}`);
    return exchange;
  };
}

/** Lets the server expect this request, whatever its query, and answer as Katello did. */
export function replay(server: HttpServer, { request, status, body }: Exchange): void {
  server.expect(request.replace(/\?.*$/u, ''), { status, json: body });
}
