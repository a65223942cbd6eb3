/** Organizations, products, repositories: finding and making them. */
import { z } from 'zod';
import type { HttpClient } from '../http/client.ts';
import { readList } from './envelope.ts';
import type { Katello } from './katello.ts';
import { Organization, Product, Repository, RepositoryRow } from './schema.ts';

/** Katello waits up to 120 s for the task of a create before it answers (setting foreman_tasks_sync_task_timeout). */
const CREATE_IDLE_MS = 150_000;

/** The fields that show whether a filter was obeyed. */
const OwnedProduct = Product.extend({ organization_id: z.number() });
const ListedRepository = RepositoryRow.extend({
  content_type: z.string(),
  library_instance_id: z.number().nullable(),
  product: z.object({ id: z.number() }),
});

export function createInventory(
  http: HttpClient,
  api: string,
): Pick<
  Katello,
  | 'listOrganizations'
  | 'listProducts'
  | 'createProduct'
  | 'listRepositories'
  | 'listAllRepositories'
  | 'findRepository'
  | 'createRepository'
> {
  return {
    async listOrganizations(signal) {
      // a Foreman controller: there `all` works in every version, and `full_result` is unknown
      const { results } = await readList(http, `${api}organizations`, Organization, { per_page: 'all' }, signal);
      return results;
    },

    async listProducts(organizationId, signal) {
      const query = { organization_id: organizationId, custom: true, full_result: true };
      const { results } = await readList(http, `${api}products`, OwnedProduct, query, signal);
      return results.filter((product) => product.organization_id === organizationId);
    },

    createProduct: (organizationId, name, signal) =>
      http.post(`${api}products`, { organization_id: organizationId, name }, Product, {
        idleMs: CREATE_IDLE_MS,
        signal,
      }),

    async listRepositories(organizationId, productId, signal) {
      const query = {
        organization_id: organizationId,
        product_id: productId,
        content_type: 'docker',
        full_result: true,
      };
      const { results } = await readList(http, `${api}repositories`, ListedRepository, query, signal);
      return results.filter(
        (row) => row.product.id === productId && row.content_type === 'docker' && row.library_instance_id === null,
      );
    },

    async listAllRepositories(signal) {
      const query = { content_type: 'docker', full_result: true };
      const { results } = await readList(http, `${api}repositories`, RepositoryRow, query, signal);
      return results;
    },

    findRepository: (id, signal) => http.find(`${api}repositories/${id}`, Repository, { signal }),

    createRepository: (productId, name, signal) =>
      http.post(`${api}repositories`, { name, product_id: productId, content_type: 'docker' }, Repository, {
        idleMs: CREATE_IDLE_MS,
        signal,
      }),
  };
}
