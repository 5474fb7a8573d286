import * as z from 'zod';
import { Input } from '../input/input.ts';
import { meters } from '../pricing.ts';
import { instant, instantWords, nextPageToken, pageInput, sentInstant } from './fields.ts';

/** The widths of a bucket of usage. */
export const usageGroups = ['hour', 'day', 'month'] as const;
export type UsageGroup = (typeof usageGroups)[number];

const count = z.int();
const meterIds = Object.keys(meters) as (keyof typeof meters)[];
const credits = Object.fromEntries(meterIds.map((id) => [id, count])) as Record<
  keyof typeof meters,
  typeof count
>;

/** What was used in a span of time, counted when jobs were created. */
export const usage = z
  .object({
    buckets: z.array(
      z.object({
        start: instant.describe('The first instant of the bucket'),
        credits: z.object(credits).describe('Credits by meter, less refunds'),
        jobs: z
          .object({ completed: count, failed: count, cancelled: count })
          .describe('Jobs that have ended, by outcome, test jobs included'),
      }),
    ),
  })
  .meta({ id: 'Usage' });
export type Usage = z.infer<typeof usage>;

/** Which span of time, and in which steps. */
export const usageInput = Input.object()
  .field(
    'group_by',
    z.enum(usageGroups).default('day').describe('The width of a bucket, in UTC'),
    'INVALID_REQUEST',
    '"hour", "day" or "month"',
  )
  .field(
    'from',
    sentInstant.describe(
      'The bucket that holds this instant is the first. Absent: the start of the day for hours, of the month for days, of the year for months',
    ),
    'INVALID_REQUEST',
    instantWords,
    { blankIsAbsent: true },
  )
  .field(
    'to',
    sentInstant.meta({
      description: 'Buckets begin before this instant. Absent: now',
      examples: ['2026-02-28', '2026-02-28T12:00:00Z'],
    }),
    'INVALID_REQUEST',
    instantWords,
    { blankIsAbsent: true },
  );

/** An entry of the ledger. */
const creditEntry = z
  .object({
    id: z.string(),
    kind: z.enum(['charge', 'refund', 'grant', 'correction']),
    credits: z.int().describe('Below zero where credits were taken'),
    generation_id: z.string().nullable().describe('Null for grants and corrections'),
    meter: z.enum(meterIds).nullable(),
    note: z.string().nullable(),
    created_at: instant,
  })
  .meta({ id: 'CreditEntry' });
export type CreditEntry = z.infer<typeof creditEntry>;

/** A page of the ledger, newest first. */
export const creditPage = z
  .object({ entries: z.array(creditEntry), next_page_token: nextPageToken })
  .meta({ id: 'CreditPage' });
export type CreditPage = z.infer<typeof creditPage>;

/** Which page of the ledger. */
export const creditsInput = pageInput;
