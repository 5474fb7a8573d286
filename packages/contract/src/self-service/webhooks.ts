import * as z from 'zod';
import { Input } from '../input/input.ts';
import { limits } from '../limits.ts';
import { output } from '../procedures/resources.ts';
import { jobStatuses } from '../vocabulary.ts';
import { instant, nextPageToken, pageInput } from './fields.ts';

/** How a delivery can stand. */
export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const;

/** The secret that signs the account's webhooks. */
export const webhookSecret = z
  .object({
    secret: z.string().describe('`whsec_…`, as Standard Webhooks says'),
    previous_expires_at: instant
      .nullable()
      .describe('Until then the secret before it signs too; null if none does'),
  })
  .meta({ id: 'WebhookSecret' });
export type WebhookSecret = z.infer<typeof webhookSecret>;

const { min, max, default: overlap } = limits.secretOverlapHours;

/** A rotation of the secret. */
export const rotateSecretInput = Input.object().field(
  'overlap_hours',
  z
    .number()
    .min(min)
    .max(max)
    .default(overlap)
    .describe('For how long the old secret signs too; 0 if it has leaked'),
  'INVALID_REQUEST',
  `a number of hours from ${min} to ${max}`,
);

const deliveryFields = {
  id: z.string().describe('`msg_…`, the `webhook-id` of every attempt'),
  generation_id: z.string().nullable().describe('Null for a test event'),
  url: z.string(),
  status: z.enum(deliveryStatuses),
  attempts: z.int().describe('Attempts made, since the delivery began or was begun anew'),
  last_error: z.string().nullable(),
  next_attempt_at: instant.nullable().describe('Null once the delivery has ended'),
  created_at: instant,
};

/** A webhook on its way, or at its end. */
export const delivery = z.object(deliveryFields).meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof delivery>;

/** A page of deliveries, newest first. */
export const deliveryPage = z
  .object({ deliveries: z.array(delivery), next_page_token: nextPageToken })
  .meta({ id: 'DeliveryPage' });
export type DeliveryPage = z.infer<typeof deliveryPage>;

/** A delivery with its body and its attempts. */
export const deliveryDetails = z
  .object({
    ...deliveryFields,
    payload: z
      .object({
        id: z.string().describe('The job’s id'),
        status: z.enum(jobStatuses),
        output: output.optional().describe('Of a completed job, with URLs signed for this answer'),
        error: z.string().nullable().optional().describe('Of a job that failed or was cancelled'),
        completed_at: instant,
      })
      .describe('The body of the webhook'),
    attempt_log: z
      .array(
        z.object({
          at: instant,
          duration_ms: z.int(),
          status: z.int().nullable().describe('The HTTP status; null if nothing answered'),
          error: z.string().nullable(),
        }),
      )
      .describe('Every attempt, oldest first, those before a redelivery too'),
  })
  .meta({ id: 'DeliveryDetails' });
export type DeliveryDetails = z.infer<typeof deliveryDetails>;

/** Which deliveries. */
export const deliveriesInput = pageInput
  .field('generation_id', z.string().optional(), 'INVALID_REQUEST', 'the id of a job, swx_…', {
    blankIsAbsent: true,
  })
  .field(
    'status',
    z.enum(deliveryStatuses).optional(),
    'INVALID_REQUEST',
    '"pending", "delivered" or "failed"',
    {
      blankIsAbsent: true,
    },
  );

/** Which delivery is meant. */
export const deliveryInput = Input.object().field(
  'id',
  z.string(),
  'DELIVERY_NOT_FOUND',
  'the id of a delivery of this account, msg_…',
);

/** Where a test event goes. */
export const testWebhookInput = Input.object().field(
  'callback_url',
  z.string().describe('HTTPS'),
  'INVALID_CALLBACK_URL',
  'an HTTPS URL',
);
