/** Container distributions, and labels on anything that takes them. */
import { z } from 'zod';
import { HttpStatusError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import { listPages, readAll } from './pages.ts';
import type { Pulp, WriteOptions } from './pulp.ts';
import { Distribution } from './schema.ts';
import { writing } from './writing.ts';

/** Of a change: the distribution itself (200) when nothing changes. */
const Changed = z.object({ task: z.string().optional() });
const Labelled = Distribution.pick({ pulp_labels: true });

export function createDistributions(
  http: HttpClient,
  api: string,
): Pick<
  Pulp,
  | 'findDistribution'
  | 'listDistributions'
  | 'listDistributionsByLabel'
  | 'findDistributionsOf'
  | 'unbindRepository'
  | 'deleteDistribution'
  | 'setLabel'
  | 'removeLabel'
> {
  const path = `${api}distributions/container/container/`;

  async function isLabelled(href: string, key: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { pulp_labels } = await http.get(href, Labelled, { query: { fields: 'pulp_labels' }, signal });
    return Object.hasOwn(pulp_labels, key);
  }

  return {
    async findDistribution(basePath, signal) {
      const found = await readAll(listPages(http, path, Distribution, { base_path: basePath }, signal));
      return found[0] ?? null;
    },

    listDistributions: (namePrefix, signal) =>
      listPages(http, path, Distribution, { name__startswith: namePrefix, ordering: 'pk' }, signal),

    listDistributionsByLabel: (key, value, signal) =>
      listPages(http, path, Distribution, { pulp_label_select: `${key}=${value}`, ordering: 'pk' }, signal),

    findDistributionsOf: (repositoryHref, signal) =>
      readAll(listPages(http, path, Distribution, { repository: repositoryHref, ordering: 'pk' }, signal)),

    async unbindRepository(href, options) {
      const { task } = await http.patch(href, { repository: null }, Changed, writing(options));
      return task ?? null;
    },

    async deleteDistribution(href, options) {
      try {
        const { task } = await http.delete(href, Changed, writing(options));
        return task ?? null;
      } catch (error) {
        if (error instanceof HttpStatusError && error.failure.status === 404) return null;
        throw error;
      }
    },

    async setLabel(href, key, value, options: WriteOptions) {
      await http.post(`${href}set_label/`, { key, value }, z.unknown(), writing(options));
    },

    async removeLabel(href, key, options: WriteOptions) {
      try {
        await http.post(`${href}unset_label/`, { key }, z.unknown(), writing(options));
      } catch (error) {
        // 400 is Pulp's word for a label that is not there: also to a repeat after an answer that was lost
        const isRefused = error instanceof HttpStatusError && error.failure.status === 400;
        if (!isRefused || (await isLabelled(href, key, options.signal))) throw error;
      }
    },
  };
}
