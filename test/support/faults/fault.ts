/** What can go wrong with one call on its way, and how a proxy makes it go wrong. */

/** Faults in front of the server: the request never reaches it. */
const UNSEEN = ['reset', 'html-502', '429', '429-later', '503'] as const;
/** Faults behind the server: it carries the request out, and the client does not get the answer, or not as it was. */
const SEEN = ['lost', 'silent', 'truncated', 'half-json', 'wrong-type'] as const;

/**
 * - `refused`: nobody listens for a moment after this answer, as when a server is started again
 * - `slow`: the answer comes in small pieces
 * - `reset`, `html-502`, `429`, `429-later` (with `Retry-After`), `503`: instead of the server
 * - `lost`: connection reset in place of the answer; `silent`: no answer at all
 * - `truncated`: the connection ends in the middle of the answer; `half-json`: a whole answer with half a body
 * - `wrong-type`: a page of HTML with the server's own status
 */
export type WireFault = 'refused' | 'slow' | (typeof UNSEEN)[number] | (typeof SEEN)[number];

/** Those of the wire, and a server that does not take our account any more. */
export type Fault = WireFault | '401' | '403';

export const FAULTS: readonly WireFault[] = ['refused', 'slow', ...UNSEEN, ...SEEN];

/** Creates that Katello answers late, after its task: their answer is waited for two and a half minutes. */
const LATE = /^\/katello\/api\/v2\/(products|repositories)$/;

/** The fault, or where it would take minutes by design one that comes to the same: the answer is lost. */
export function hastened(
  fault: WireFault,
  { method, url }: { readonly method: string; readonly url: string },
): WireFault {
  return fault === 'silent' && method === 'POST' && LATE.test(url) ? 'lost' : fault;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** One call at the proxy. */
export interface Exchange {
  /** Has the server carry the request out. */
  forward(): Promise<Answer>;
  /** Sends a whole answer. */
  answer(answer: Answer): void;
  /** Sends the answer in small pieces. */
  trickle(answer: Answer): Promise<void>;
  /** Promises the whole answer and ends the connection after half of it. */
  breakOff(answer: Answer): void;
  /** Ends the connection without a word (RST). */
  reset(): void;
  /** Nobody listens for a moment; calls at hand go on. */
  goAway(): void;
}

/** Seconds that a 429 asks for; the smallest that HTTP can say. */
const RETRY_AFTER = '1';

/** Carries the exchange out with this fault. */
export async function spoil(fault: Fault, exchange: Exchange): Promise<void> {
  switch (fault) {
    case 'refused': {
      const answer = await exchange.forward();
      exchange.goAway();
      return exchange.answer(answer);
    }
    case 'slow':
      return exchange.trickle(await exchange.forward());
    case 'reset':
      return exchange.reset();
    case 'html-502':
      return exchange.answer(page(502, 'Proxy Error'));
    case '503':
      return exchange.answer(page(503, 'Service Unavailable'));
    case '429':
      return exchange.answer(page(429, 'Too Many Requests'));
    case '429-later':
      return exchange.answer(page(429, 'Too Many Requests', { 'retry-after': RETRY_AFTER }));
    case '401':
    case '403':
      return exchange.answer(refusal(Number(fault)));
    case 'lost':
      await exchange.forward();
      return exchange.reset();
    case 'silent':
      await exchange.forward();
      return;
    case 'truncated':
      return exchange.breakOff(await exchange.forward());
    case 'half-json': {
      const { status, headers, body } = await exchange.forward();
      return exchange.answer({ status, headers, body: body.subarray(0, body.length / 2) });
    }
    case 'wrong-type':
      return exchange.answer(page((await exchange.forward()).status, 'Maintenance'));
    default:
      return fault satisfies never;
  }
}

function refusal(status: number): Answer {
  const body = Buffer.from(JSON.stringify({ error: { message: 'Unable to authenticate user' } }));
  return { status, headers: { 'content-type': 'application/json' }, body };
}

/** What a web server in front says when it has no answer of the server's. */
function page(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = Buffer.from(`<!doctype html><html><head><title>${title}</title></head><body>${title}</body></html>\n`);
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}
