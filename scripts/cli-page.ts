/**
 * Writes docs/cli.md: what each verb says, recorded in a sandbox that is up. `npm run cli-page`.
 */
import { writeFile } from 'node:fs/promises';
import { readDescription } from '../test/support/servers/sandbox/description.ts';
import { siteOf } from '../test/support/servers/sandbox/site.ts';
import { normalize } from './cli-page/normalize.ts';
import { createSession } from './cli-page/session.ts';
import { tour } from './cli-page/tour.ts';

const FILE = new URL('../docs/cli.md', import.meta.url);

const HEAD = `# The command line

One session of each verb, recorded in a sandbox by \`npm run cli-page\`; times, ports, paths of files and ids are made
alike. \`kpr help VERB\` says what a verb takes; \`-o json\` prints what [the API](openapi.json) answers, alone; a verb that
writes takes \`--dry-run\`.

| exit | means |
|-|-|
| 0 | done |
| 1 | failed, in part too; a failed check of the doctor; a bug |
| 2 | usage, configuration |
| 3 | not found |
| 4 | refused by rule, limit or permission |
| 5 | Pulp, Katello, Redis or the daemon is silent |
| 124 | \`kpr wait\`: not in time |
| 130 | interrupted |
`;

const site = siteOf('a');
const description = await readDescription(site);
const session = createSession(site, description);
const sections = await tour(session);
const text = sections.map(
  ({ title, about, screen }) => `\n## ${title}\n\n${about}\n\n\`\`\`console\n${screen}\`\`\`\n`,
);
await writeFile(FILE, normalize(`${HEAD}${text.join('')}`, { site, description, path: session.path }));
