/** What Katello shows its users: every container repository with its tags, read over its API. */
import { z } from 'zod';
import type { Account } from './katello.ts';

/** A tag as Katello lists it. */
export interface ListedTag {
  /** `organization label/product name/repository name` */
  readonly repository: string;
  /** the name that pulls use, behind the host */
  readonly pullName: string;
  readonly tag: string;
  /** of an image manifest or an index */
  readonly digest: string;
}

const Organizations = z.object({ results: z.array(z.object({ id: z.number(), label: z.string() })) });
const Repository = z.object({
  id: z.number(),
  name: z.string(),
  product: z.object({ name: z.string() }),
  container_repository_name: z.string().nullable(),
});
const Repositories = z.object({ results: z.array(Repository) });
const Tags = z.object({
  results: z.array(z.object({ name: z.string(), manifest: z.object({ digest: z.string() }) })),
});

/** Every tag that Katello lists, in no order. */
export async function listTags(katello: { url: string; administrator: Account }): Promise<ListedTag[]> {
  const { login, password } = katello.administrator;
  const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
  const read = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${katello.url}/katello/api/v2/${path}`, { headers: { authorization } });
    if (!answer.ok) throw new Error(`Katello answered ${answer.status} to ${path}`);
    return answer.json();
  };

  const listed: ListedTag[] = [];
  for (const organization of Organizations.parse(await read('organizations?per_page=all')).results) {
    const query = `organization_id=${organization.id}&content_type=docker&full_result=true`;
    for (const row of Repositories.parse(await read(`repositories?${query}`)).results) {
      const repository = `${organization.label}/${row.product.name}/${row.name}`;
      const pullName = row.container_repository_name ?? '';
      const tags = Tags.parse(await read(`docker_tags?repository_id=${row.id}&full_result=true`)).results;
      listed.push(...tags.map(({ name, manifest }) => ({ repository, pullName, tag: name, digest: manifest.digest })));
    }
  }
  return listed;
}
