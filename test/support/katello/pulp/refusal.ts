/** How Katello words a Pulp that refuses or does not answer. */

/** Nobody listens at Pulp's address. */
export class ConnectionRefused extends Error {
  constructor(host: string, port: string | null, options?: ErrorOptions) {
    const address = port === null ? host : `${host}:${port}`;
    super(`Failed to open TCP connection to ${address} (Connection refused - connect(2) for ${address})`, options);
  }
}

/** Katello's client libraries, as the classes of their errors begin. */
export const CONTAINER = 'PulpContainerClient';
export const CORE = 'PulpcoreClient';

/** The text that the generated Ruby clients give an answer that is no success. */
export function refusalText(response: Response, body: string): string {
  const headers = [...response.headers].map(([name, value]) => `${JSON.stringify(name)}=>${JSON.stringify(value)}`);
  return [
    'Error message: the server returns an error',
    `HTTP status code: ${response.status}`,
    `Response headers: {${headers.join(', ')}}`,
    `Response body: ${body}`,
  ].join('\n');
}
