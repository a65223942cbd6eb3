/**
 * Writes docs/openapi.json: the document of the API as the code is now.
 */
import { writeFile } from 'node:fs/promises';
import { readVersion } from '../lib/version.ts';
import { createOpenApi } from '../lib/web/openapi.ts';

const FILE = new URL('../docs/openapi.json', import.meta.url);

await writeFile(FILE, `${JSON.stringify(createOpenApi(readVersion()), null, 2)}\n`);
