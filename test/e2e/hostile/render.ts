/** The hostile table as a page: docs/hostile.md. Run as `node --import tsx test/e2e/hostile/render.ts` to write it anew. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Attack, Told } from './attack.ts';
import { CHAPTERS, type Chapter } from './table.ts';

export const PAGE = fileURLToPath(new URL('../../../docs/hostile.md', import.meta.url));
const MARK = '<!-- the table: written by test/e2e/hostile/render.ts -->';

/** The page with the table of now behind what a person wrote. */
export function renderPage(page: string): string {
  const [head = ''] = page.split(MARK);
  return `${head}${MARK}\n${CHAPTERS.map(renderChapter).join('')}`;
}

function renderChapter({ door, title, attacks }: Chapter): string {
  const rows = attacks.map(renderRow).join('');
  return `\n## ${door}: ${title}\n\n| id | attack | answer | what the person reads | made |\n|---|---|---|---|---|\n${rows}`;
}

function renderRow({ id, what, told }: Attack): string {
  const { apache, nginx } = told;
  const isSame = apache.status === nginx.status && apache.code === nginx.code && apache.message === nginx.message;
  const cells = isSame
    ? [renderAnswer(apache), escape(apache.message)]
    : [
        `${renderAnswer(apache)} · nginx ${renderAnswer(nginx)}`,
        apache.message === nginx.message
          ? escape(apache.message)
          : `${escape(apache.message)} · ${escape(nginx.message)}`,
      ];
  return `| ${id} | ${escape(what)} | ${cells.join(' | ')} | nothing |\n`;
}

function renderAnswer({ status, code }: Told): string {
  return code === '' ? String(status) : `${status} ${code}`;
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeFile(PAGE, renderPage(await readFile(PAGE, 'utf8')));
}
