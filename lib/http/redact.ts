/** What may be shown of a request and of a server's text: no secrets, no control characters, no bulk. */

const URL_LIMIT = 300;
const SECRET_PARAMETER = /auth|credential|key|password|secret|signature|token/iu;
/** Controls, line separators, and marks that turn the direction of text around. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** Path and query, shortened; values of parameters that may be credentials become `***`. */
export function redactUrl(url: URL): string {
  const query = [...url.searchParams].map(
    ([name, value]) => `${escape(name)}=${SECRET_PARAMETER.test(name) ? '***' : escape(value)}`,
  );
  return shorten(query.length === 0 ? url.pathname : `${url.pathname}?${query.join('&')}`, URL_LIMIT);
}

/** One line of printable text of at most `limit` characters, with every secret masked. */
export function cleanText(text: string, limit: number, secrets: readonly string[] = []): string {
  const masked = secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return shorten(masked.replaceAll(UNPRINTABLE, ' ').replaceAll(/ {2,}/gu, ' ').trim(), limit);
}

/** Like encodeURIComponent, but leaves hrefs and lists readable. */
function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(/%(?:2C|2F|3A)/gu, decodeURIComponent);
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
