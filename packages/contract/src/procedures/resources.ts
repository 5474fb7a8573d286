import * as z from 'zod';
import { alphaModes, generationTypes, jobStatuses } from '../vocabulary.ts';

const timestamp = z.iso.datetime().describe('ISO 8601, UTC');
const signedUrl = z.url().describe('A signed URL, valid for 72 hours');

/** The outputs of a job, as signed URLs. */
export const output = z
  .object({
    render: signedUrl.describe('The subject, relit and composited into the scene'),
    source: signedUrl.describe('The preprocessed source, at output size'),
    alpha: signedUrl.describe('The matte that was used, at output size'),
  })
  .meta({ id: 'Output' });

export type Output = z.infer<typeof output>;

/** A job, as returned by every procedure. */
export const job = z
  .object({
    id: z.string().describe('`swx_…`'),
    status: z.enum(jobStatuses),
    progress: z.int().min(0).max(100),
    generation_type: z.enum(generationTypes),
    alpha_mode: z.enum(alphaModes),
    output: output.nullable().describe('Set if the job has completed'),
    seed: z.int().describe('The seed of the request, or the one that was chosen at random'),
    error: z.string().nullable().describe('Set if the job has failed'),
    created_at: timestamp,
    modified_at: timestamp,
    completed_at: timestamp.nullable(),
    webhook: z
      .object({
        status: z.enum(['pending', 'delivered', 'failed']),
        attempts: z.int(),
        last_error: z.string().nullable(),
      })
      .optional()
      .describe('Present if the job has a callback_url'),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof job>;

/** A page of jobs, newest first. */
export const jobPage = z
  .object({ jobs: z.array(job), next_page_token: z.string().nullable() })
  .meta({ id: 'JobPage' });
export type JobPage = z.infer<typeof jobPage>;

/** What a job would cost, and the size of its output. */
export const quote = z
  .object({
    cost: z.int().describe('The cost of the job in credits'),
    balance: z.int().describe('The balance of the account in credits'),
    generation_type: z.enum(generationTypes),
    frames: z.int().describe('1 for an image'),
    width: z.int().describe('Width of the source in pixels, after rotation'),
    height: z.int(),
    output: z.object({ width: z.int(), height: z.int() }),
  })
  .meta({ id: 'Quote' });
export type Quote = z.infer<typeof quote>;

/** A signed URL to PUT the bytes to, and the URI by which jobs refer to them. */
export const upload = z
  .object({
    id: z.string().describe('`upload_…`'),
    upload_url: z.url().describe('PUT the bytes here within an hour'),
    beeble_uri: z.string().describe('`beeble://uploads/{id}/{filename}`'),
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof upload>;

const limitUsage = z.object({ usage: z.int(), limit: z.int() });

/** The account of the key, and its limits. */
export const accountInfo = z
  .object({
    email: z.string(),
    billing_type: z.enum(['prepaid', 'postpaid']),
    spending_limit: z.number().nullable().describe('US dollars per billing period; null means no limit'),
    rate_limits: z.object({
      rpm: limitUsage.describe('Writes of the last 60 seconds'),
      concurrency: limitUsage.describe('Jobs in flight'),
    }),
  })
  .meta({ id: 'AccountInfo' });
export type AccountInfo = z.infer<typeof accountInfo>;

/** The balance of the account, and its usage in the current calendar month (UTC). */
export const accountBilling = z
  .object({
    billing_period_start: z.int().describe('Unix seconds'),
    billing_period_end: z.int().describe('Unix seconds'),
    prepaid_balance: z.number().describe('US dollars'),
    current_period_usage: z.number().describe('US dollars'),
    meters: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        unit: z.literal('credits'),
        total_usage: z.number(),
      }),
    ),
  })
  .meta({ id: 'AccountBilling' });
export type AccountBilling = z.infer<typeof accountBilling>;
