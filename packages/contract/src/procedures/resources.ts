import * as z from 'zod';
import { alphaModes, generationTypes, jobStatuses } from '../vocabulary.ts';

const moment = z.iso.datetime().describe('ISO 8601, UTC');
const signedUrl = z.url().describe('A signed URL, valid for 72 hours');

/** What a job made, as signed URLs. */
const output = z
  .object({
    render: signedUrl.describe('The subject, relit and composited into the scene'),
    source: signedUrl.describe('The preprocessed source, at output size'),
    alpha: signedUrl.describe('The matte that was used, at output size'),
  })
  .meta({ id: 'Output' });

export type Output = z.infer<typeof output>;

/** A job, as every procedure and webhook tells of it. */
export const job = z
  .object({
    id: z.string().describe('`swx_…`'),
    status: z.enum(jobStatuses),
    progress: z.int().min(0).max(100),
    generation_type: z.enum(generationTypes),
    alpha_mode: z.enum(alphaModes),
    output: output.nullable().describe('Set when the job has completed'),
    seed: z.int().describe('The seed that was given, or the one that was drawn'),
    error: z.string().nullable().describe('Set when the job has failed'),
    created_at: moment,
    modified_at: moment,
    completed_at: moment.nullable(),
    webhook: z
      .object({
        status: z.enum(['pending', 'delivered', 'failed']),
        attempts: z.int(),
        last_error: z.string().nullable(),
      })
      .optional()
      .describe('Present when the job has a callback_url'),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof job>;

/** A page of jobs, newest first. */
export const jobPage = z
  .object({ jobs: z.array(job), next_page_token: z.string().nullable() })
  .meta({ id: 'JobPage' });
export type JobPage = z.infer<typeof jobPage>;

/** What a job would cost, and what would come of it. */
export const quote = z
  .object({
    cost: z.int().describe('Credits that a start would charge'),
    balance: z.int().describe('Credits that the account has'),
    generation_type: z.enum(generationTypes),
    frames: z.int().describe('1 for an image'),
    width: z.int().describe('Of the source, as shown'),
    height: z.int(),
    output: z.object({ width: z.int(), height: z.int() }),
  })
  .meta({ id: 'Quote' });
export type Quote = z.infer<typeof quote>;

/** A place to PUT bytes to, and the URI that they have from then on. */
export const upload = z
  .object({
    id: z.string().describe('`upload_…`'),
    upload_url: z.url().describe('PUT the bytes here within an hour'),
    beeble_uri: z.string().describe('`beeble://uploads/{id}/{filename}`'),
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof upload>;

const rate = z.object({ usage: z.int(), limit: z.int() });

/** Who the key belongs to, and what the account may do. */
export const accountInfo = z
  .object({
    email: z.string(),
    billing_type: z.enum(['prepaid', 'postpaid']),
    spending_limit: z.number().nullable().describe('Dollars a billing period; null is no limit'),
    rate_limits: z.object({
      rpm: rate.describe('Writes of the last 60 seconds'),
      concurrency: rate.describe('Jobs in flight'),
    }),
  })
  .meta({ id: 'AccountInfo' });
export type AccountInfo = z.infer<typeof accountInfo>;

/** What the account has, and what it has used in the calendar month (UTC). */
export const accountBilling = z
  .object({
    billing_period_start: z.int().describe('Unix seconds'),
    billing_period_end: z.int().describe('Unix seconds'),
    prepaid_balance: z.number().describe('Dollars'),
    current_period_usage: z.number().describe('Dollars'),
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
