/** What a person may choose about a push host; the sandbox keeps it from then on. */
import { KINDS, type Kind } from '../../web-server/web-server.ts';
import { WEB_SERVER } from '../../web-server/web-site.ts';
import { recall, remember } from '../memory.ts';
import { keepPort } from '../ports.ts';
import { ServerProblem } from '../problem.ts';
import type { SandboxSite } from './site.ts';

export interface Wishes {
  /** default: as before, at first apache */
  readonly webServer?: Kind;
  /** default: as before, at first a free one */
  readonly port?: number;
}

const KIND_KEY = `${WEB_SERVER}-kind`;

/** Keeps the wishes and answers which web server it is. @throws ServerProblem when somebody else has that port */
export async function claimWebServer(site: SandboxSite, { webServer, port }: Wishes): Promise<Kind> {
  if (port !== undefined && !(await keepPort(site, WEB_SERVER, port))) {
    throw new ServerProblem(`port ${port} is taken`, 'Choose another: ./scripts/sandbox up --port PORT');
  }
  if (webServer !== undefined) remember(site.dir, KIND_KEY, webServer);
  const kept = recall(site.dir, KIND_KEY);
  return KINDS.find((kind) => kind === kept) ?? 'apache';
}
