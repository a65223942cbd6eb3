/** What an administrator's Pulp throws away: content that no version holds any more, and old tasks. */
import { z } from 'zod';
import { type Route, readBody } from './http.ts';
import type { Kernel } from './kernel.ts';
import { API } from './render.ts';
import type { Content, State } from './state.ts';
import { isFinal } from './tasks.ts';

const DAY_MINUTES = 1_440;

const Orphans = z.strictObject({ orphan_protection_time: z.number().int().min(0).default(DAY_MINUTES) });
const Purge = z.strictObject({ finished_before: z.iso.datetime({ offset: true }) });

export function cleanupRoutes(pulp: Kernel): Route[] {
  const { state } = pulp;
  return [
    {
      pattern: new RegExp(`^${API}orphans/cleanup/$`),
      methods: {
        POST: (call) => {
          const { orphan_protection_time: minutes } = readBody(call, Orphans);
          const run = () => {
            dropOrphans(state, minutes);
            return [];
          };
          return pulp.startTask(call, {
            name: 'pulpcore.app.tasks.orphan.orphan_cleanup',
            exclusive: ['orphans'],
            run,
          });
        },
      },
    },
    {
      pattern: new RegExp(`^${API}tasks/purge/$`),
      methods: {
        POST: (call) => {
          const { finished_before: limit } = readBody(call, Purge);
          const run = () => {
            dropTasks(state, Date.parse(limit));
            return [];
          };
          return pulp.startTask(call, { name: 'pulpcore.app.tasks.purge.purge', exclusive: [], run });
        },
      },
    },
  ];
}

/** Uploads under way are in no version either: only their age protects them. Pulp counts it from the last use. */
function dropOrphans(state: State, protectionMinutes: number): void {
  const limit = Date.parse(state.now()) - protectionMinutes * 60_000;
  const held = new Set([...state.repositories.values()].flatMap(({ versions }) => versions.flatMap(idsOf)));
  for (const unit of state.content.values()) {
    if (!held.has(unit.id) && Date.parse(unit.createdAt) < limit) dropUnit(state, unit);
  }

  const used = new Set([...state.content.values()].map((unit) => (unit.kind === 'blob' ? unit.artifactId : null)));
  for (const id of state.artifacts.keys()) if (!used.has(id)) state.artifacts.delete(id);
}

function idsOf({ content }: { readonly content: ReadonlySet<string> }): string[] {
  return [...content];
}

function dropUnit(state: State, { id }: Content): void {
  state.content.delete(id);
  for (const { pending } of state.repositories.values()) pending.delete(id);
  for (const unit of state.content.values()) if (unit.kind === 'manifest') unit.listedIds.delete(id);
}

function dropTasks(state: State, limit: number): void {
  for (const task of state.tasks.values()) {
    if (isFinal(task) && Date.parse(task.finishedAt ?? '') < limit) state.tasks.delete(task.id);
  }
}
