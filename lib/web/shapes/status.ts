/** The state of a daemon on the wire. */
import { z } from 'zod';
import { ALARMS } from '../../domain/reason.ts';
import { Time } from './time.ts';

export const Alarm = z
  .object({
    alarm: z.enum(ALARMS),
    source: z.enum(['run', 'overdue', 'orphans']),
    path: z.string().nullable(),
    since: Time,
    message: z.string(),
    hint: z.string().nullable(),
  })
  .meta({ id: 'Alarm', description: 'what a person has to look at' });

export const Queue = z
  .object({
    queue: z.string(),
    states: z.record(z.string(), z.int()).meta({ description: 'jobs by state' }),
    oldestSeconds: z.number().meta({ description: 'how long the oldest job waits for a worker' }),
    isPaused: z.boolean(),
    pausedBy: z.string().nullable().meta({ description: 'login; null where nobody is known' }),
  })
  .meta({ id: 'Queue' });

const Check = z.object({
  name: z.enum(['redis', 'jobs', 'pulp', 'katello', 'keys']),
  isOk: z.boolean(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
});

const Upstream = z.object({
  state: z.enum(['unknown', 'up', 'down', 'refused']),
  since: Time,
  error: z.string().nullable(),
  version: z.string().nullable(),
});

export const Status = z
  .object({
    isReady: z.boolean(),
    checks: z.array(Check),
    version: z.string(),
    startedAt: Time,
    roles: z.array(z.enum(['detector', 'worker', 'front', 'dashboard'])),
    redis: z.enum(['given', 'embedded']),
    policy: z.string(),
    lagSeconds: z.number().nullable().meta({ description: 'age of the oldest push that is not published' }),
    failedPaths: z.int().nullable(),
    concurrency: z.object({ level: z.int(), ceiling: z.int() }),
    upstreams: z.object({ pulp: Upstream, katello: Upstream }),
    queues: z.array(Queue).nullable().meta({ description: 'null, like lagSeconds, while Redis is away' }),
    alarms: z.array(Alarm).nullable(),
  })
  .meta({ id: 'Status' });
