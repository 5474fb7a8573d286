import { errorCodes } from '@restage/errors';
import * as z from 'zod';
import { Input } from '../input/input.ts';
import { instant, nextPageToken, pageInput } from './fields.ts';

const errorCode = z.enum(errorCodes);

const requestFields = {
  id: z.string().describe('`req_…`, the `x-request-id` of the response'),
  at: instant,
  procedure: z.string(),
  transport: z.enum(['rest', 'trpc']),
  status: z.int().describe('The HTTP status of the call'),
  code: errorCode.nullable().describe('Null if the call succeeded'),
  param: z.string().nullable(),
  message: z.string().nullable(),
  duration_ms: z.int(),
  key_prefix: z.string().describe('The first characters of the key that was used'),
  generation_id: z.string().nullable(),
};

/** A call as the log has it: every write, and every call that failed. */
const loggedRequest = z.object(requestFields).meta({ id: 'LoggedRequest' });
export type LoggedRequest = z.infer<typeof loggedRequest>;

/** A page of the log, newest first. */
export const requestPage = z
  .object({ requests: z.array(loggedRequest), next_page_token: nextPageToken })
  .meta({ id: 'RequestPage' });
export type RequestPage = z.infer<typeof requestPage>;

/** A call of the log, with what its code means and what to do about it. */
export const requestDetails = z
  .object({
    ...requestFields,
    meaning: z.string().nullable().describe('What the code means'),
    resolution: z.string().nullable().describe('What to do about it'),
  })
  .meta({ id: 'RequestDetails' });
export type RequestDetails = z.infer<typeof requestDetails>;

/** How often each code was answered of late. */
export const failureCounts = z
  .object({
    since: instant.describe(
      'Failures from then on are counted: those of the last 7 days that the log still has',
    ),
    failures: z
      .array(z.object({ code: errorCode, count: z.int(), last_at: instant.describe('Of the latest one') }))
      .describe('The most frequent code first'),
  })
  .meta({ id: 'FailureCounts' });
export type FailureCounts = z.infer<typeof failureCounts>;

/** Which calls. */
export const requestsInput = pageInput
  .field('code', errorCode.optional(), 'INVALID_REQUEST', 'a code of the catalog; see /errors', {
    blankIsAbsent: true,
  })
  .field(
    'procedure',
    z.string().optional(),
    'INVALID_REQUEST',
    'the name of a procedure, such as generations.start',
    {
      blankIsAbsent: true,
    },
  )
  .field(
    'status',
    z.int().min(200).max(599).optional(),
    'INVALID_REQUEST',
    'an HTTP status from 200 to 599',
    {
      blankIsAbsent: true,
    },
  );

/** Which call is meant. */
export const requestInput = Input.object().field(
  'id',
  z.string(),
  'REQUEST_NOT_FOUND',
  'the id of a logged request of this account, req_…',
);
