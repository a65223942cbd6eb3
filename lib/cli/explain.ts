/**
 * The verb explain: a push path in plain words.
 */
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { type CommonOptions, columnsOf, type Io, printJson, printLines } from './terminal.ts';

const Explanation = z.looseObject({
  points: z.array(
    z.looseObject({
      topic: z.string(),
      message: z.string(),
      reason: z.string().nullable(),
      hint: z.string().nullable(),
    }),
  ),
});
type Point = z.infer<typeof Explanation>['points'][number];

const TOPIC_WIDTH = 9;

export async function explainVerb(
  io: Io,
  api: ApiClient,
  path: string,
  { output, quiet }: CommonOptions,
): Promise<void> {
  const explanation = await api.get('explain', { path }, Explanation);
  if (output === 'json') return printJson(io, explanation);
  if (!quiet) printLines(io, showPoints(explanation.points, columnsOf(io)));
}

/** Lines of at most so many columns, the topic in front of its first one. */
export function showPoints(points: readonly Point[], columns: number): string[] {
  return points.flatMap(({ topic, message, reason, hint }, index) => {
    const isSame = index > 0 && points[index - 1]?.topic === topic;
    const text = reason === null ? message : `${reason}: ${message}`;
    const lines = [
      ...wrap(text, columns - TOPIC_WIDTH),
      ...(hint === null ? [] : wrap(`→ ${hint}`, columns - TOPIC_WIDTH)),
    ];
    return lines.map((line, nth) => `${(nth === 0 && !isSame ? topic : '').padEnd(TOPIC_WIDTH)}${line}`);
  });
}

/** Breaks at spaces; a word that is longer stays whole, because it is copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
