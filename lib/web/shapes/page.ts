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
