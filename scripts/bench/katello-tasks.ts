/** What Katello itself did, as its stand-in remembers it. */
import { z } from 'zod';
import type { KatelloServer } from '../../test/support/servers/katello.ts';
import type { Interval } from './statistics.ts';

const Time = z.iso.datetime().transform((text) => Date.parse(text));
const Task = z.object({
  label: z.string(),
  startedAt: Time,
  endedAt: Time.nullable(),
  links: z.array(z.object({ resourceType: z.string(), resourceId: z.number() })),
});
const World = z.object({ tasks: z.array(Task) });

export interface KatelloTask {
  readonly label: string;
  readonly repositoryIds: readonly number[];
  /** epoch milliseconds; endless while it runs */
  readonly interval: Interval;
}

export const PUBLISH = 'Actions::Katello::Repository::ImportUpload';

/** Tasks that began at or after this time (epoch ms). */
export async function listTasks({ controlUrl }: KatelloServer, since: number): Promise<KatelloTask[]> {
  const answer = await fetch(`${controlUrl}/world`);
  const { tasks } = World.parse(await answer.json());
  return tasks.flatMap(({ label, startedAt, endedAt, links }) => {
    if (startedAt < since) return [];
    const repositories = links.filter(({ resourceType }) => resourceType === 'Katello::Repository');
    const repositoryIds = repositories.map(({ resourceId }) => resourceId);
    return [{ label, repositoryIds, interval: [startedAt, endedAt ?? Number.POSITIVE_INFINITY] }];
  });
}
