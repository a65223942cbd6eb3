/** Lists on the wire, page by page. */
import { z } from 'zod';

export const MOST_ITEMS = 500;

/** What every list takes. */
export const PAGE_QUERY = {
  limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(50),
  cursor: z.string().max(300).optional().meta({ description: '`next` of the page before' }),
};

/** @param items how a page is filled */
export function pageOf<T extends z.ZodType>(items: T) {
  return z.object({
    items: z.array(items),
    next: z.string().nullable().meta({ description: 'cursor of the next page; null: there is none' }),
  });
}

/** What a list takes that is read whole and cut here. */
export const PageQuery = z.strictObject(PAGE_QUERY);

/**
 * A page of a list that was read whole, in the order of its keys. The cursor is the key of the last item before, so that
 * nothing is left out when other items come and go meanwhile.
 */
export function cutPage<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { limit, cursor = '' }: z.output<typeof PageQuery>,
): { readonly items: readonly T[]; readonly next: string | null } {
  const behind = all
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => key > cursor)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const page = behind.slice(0, limit);
  return { items: page.map(({ item }) => item), next: behind.length > limit ? (page.at(-1)?.key ?? null) : null };
}
