/**
 * Somebody's program that takes our events: signed POSTs as Standard Webhooks, each tried once.
 */
import { Webhook } from 'standardwebhooks';
import type { CloudEvent } from '../domain/event.ts';
import { ReactorError } from '../errors.ts';
import { createHttpClient } from '../http/client.ts';
import type { HttpClientOptions } from '../http/options.ts';

export interface Receiver {
  /** short, of no secret: what the receiver is remembered by */
  readonly key: string;
  /** without query and login */
  readonly url: string;
  /** Sends once; answers the status, null where no answer came in ten seconds. @throws AbortError */
  deliver(event: CloudEvent, signal: AbortSignal): Promise<number | null>;
}

export interface ReceiverOptions extends Pick<HttpClientOptions, 'ca' | 'userAgent'> {
  readonly key: string;
  /** `whsec_` and base64, asked before each event */
  readonly secret: () => string;
}

const ANSWER_MS = 10_000;
/** What a receiver says is not read. */
const BODY_BYTES = 64 * 1024;

/** Redirects are not followed: an event goes where the configuration says. */
export function createReceiver(url: URL, { key, secret, ...options }: ReceiverOptions): Receiver {
  const http = createHttpClient({
    ...options,
    system: 'receiver',
    baseUrl: url.origin,
    credentials: () => ({ kind: 'none' }),
    maxRetries: 0,
    limits: { connectMs: ANSWER_MS, idleMs: ANSWER_MS, bodyBytes: BODY_BYTES },
  });
  return {
    key,
    url: `${url.origin}${url.pathname}`,
    async deliver(event, signal) {
      const now = new Date();
      const headers = {
        'webhook-id': event.id,
        'webhook-timestamp': `${Math.floor(now.getTime() / 1000)}`,
        'webhook-signature': new Webhook(secret()).sign(event.id, now, JSON.stringify(event)),
        'content-type': 'application/cloudevents+json',
      };
      const query = Object.fromEntries(url.searchParams);
      const patience = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
      try {
        return (await http.deliver(url.pathname, event, { headers, query, signal: patience })).status;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ReactorError || patience.aborted) return null;
        throw error;
      }
    },
  };
}
