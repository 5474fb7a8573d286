import * as z from 'zod';
import { Input } from '../input/input.ts';
import { limits } from '../limits.ts';

/** An instant, as answers say it. */
export const instant = z.iso.datetime().describe('ISO 8601, UTC');

/** The token of the page after, null on the last page. */
export const nextPageToken = z.string().nullable().describe('Null on the last page');

const isoInstant = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** PostgreSQL takes no ISO 8601 text of other years, which an offset alone can lead to. */
const [firstInstant, endOfInstants] = [Date.parse('0001-01-01'), Date.parse('+010000-01-01T00:00:00Z')];

/** An instant that a caller sends: a date, or a date and a time with its offset, of the years 1 to 9999 in UTC. */
export const sentInstant = z
  .string()
  .refine((text) => isoInstant.safeParse(text).success)
  .refine((text) => Date.parse(text) >= firstInstant && Date.parse(text) < endOfInstants)
  .optional()
  .meta({ examples: ['2026-01-31', '2026-01-31T12:00:00Z'] });

/** What {@link sentInstant} accepts, for messages. */
export const instantWords = 'a date such as 2026-01-31 (UTC), or a time such as 2026-01-31T12:00:00Z';

/** The fields of a page: how many entries at most, and where it begins. */
export const pageInput = Input.object()
  .field(
    'limit',
    z.int().min(limits.pageSize.min).max(limits.pageSize.max).default(limits.pageSize.default),
    'INVALID_REQUEST',
    `a whole number from ${limits.pageSize.min} to ${limits.pageSize.max}`,
  )
  .field('page_token', z.string().optional(), 'INVALID_REQUEST', 'the next_page_token of an earlier page');

/** How {@link pageInput} is sent over REST. */
export const pageQuery = { limit: 'integer', page_token: 'text' } as const;
