/** What Katello shows its users: every container repository with its tags, read over its API. */
import { z } from 'zod';
import type { Account } from './katello.ts';

/** A tag as Katello lists it. */
export interface ListedTag {
  /** `organization label/product name/repository name` */
  readonly repository: string;
  readonly tag: string;
  /** of an image manifest or an index */
  readonly digest: string;
}

const Organizations = z.object({ results: z.array(z.object({ id: z.number(), label: z.string() })) });
const Repositories = z.object({
  results: z.array(z.object({ id: z.number(), name: z.string(), product: z.object({ name: z.string() }) })),
});
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
    for (const { id, name, product } of Repositories.parse(await read(`repositories?${query}`)).results) {
      const tags = Tags.parse(await read(`docker_tags?repository_id=${id}&full_result=true`)).results;
      const repository = `${organization.label}/${product.name}/${name}`;
      listed.push(...tags.map((row) => ({ repository, tag: row.name, digest: row.manifest.digest })));
    }
  }
  return listed;
}
