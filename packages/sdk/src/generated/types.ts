// Generated from the procedure table by `pnpm --filter @restage/sdk generate`. Do not edit.
// The client's types import nothing, so that it depends on neither zod nor the server's code.

export interface UploadsCreateInput {
  filename: string;
}

export interface Upload {
  /** `upload_…`. */
  id: string;
  /** PUT the bytes here within an hour. */
  upload_url: string;
  /** `beeble://uploads/{id}/{filename}`. */
  beeble_uri: string;
}

export interface GenerationsStartInput {
  /** The type of the source and of the output. */
  generation_type: 'image' | 'video';
  /** Detect the subject (`auto`), use the whole frame (`fill`), or use the matte in `alpha_uri` (`custom`). */
  alpha_mode: 'auto' | 'fill' | 'custom';
  /** The output fits 1280×720 or 1920×1080 (rotated for portrait sources) and is never larger than the source. Default: 1080. */
  max_resolution?: 720 | 1080 | undefined;
  /** The scene, described in words. */
  prompt?: string | undefined;
  /** Chosen at random if omitted; always returned in the job. */
  seed?: number | undefined;
  /** Can also be sent as the header `idempotency-key`. */
  idempotency_key?: string | undefined;
  /** The highest acceptable cost in credits; a job that costs more is rejected. */
  max_cost?: number | undefined;
  /** The image or video: `beeble://uploads/…`, `https://…` or `data:…;base64,…`. */
  source_uri: string;
  /** An image of the scene. */
  reference_image_uri?: string | undefined;
  /** The matte: grayscale, white is the subject; an image for an image source, a video for a video source. */
  alpha_uri?: string | undefined;
  /** An HTTPS URL that receives a webhook when the job ends. */
  callback_url?: string | undefined;
}

export interface Job {
  /** `swx_…`. */
  id: string;
  status: 'in_queue' | 'processing' | 'completed' | 'failed' | 'cancelled';
  progress: number;
  generation_type: 'image' | 'video';
  alpha_mode: 'auto' | 'fill' | 'custom';
  /** Set if the job has completed. */
  output: Output | null;
  /** The seed of the request, or the one that was chosen at random. */
  seed: number;
  /** Set if the job has failed. */
  error: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  modified_at: string;
  completed_at: string | null;
  /** Present if the job has a callback_url. */
  webhook?:
    | {
        status: 'pending' | 'delivered' | 'failed';
        attempts: number;
        last_error: string | null;
      }
    | undefined;
}

export interface Output {
  /** The subject, relit and composited into the scene. */
  render: string;
  /** The preprocessed source, at output size. */
  source: string;
  /** The matte that was used, at output size. */
  alpha: string;
}

export interface GenerationsGetInput {
  id: string;
  /** Seconds to wait for the job to end; in REST, the header `prefer: wait=N`. */
  wait?: number | undefined;
}

export interface GenerationsWatchInput {
  id: string;
  /** The id of the last received event; the stream resumes after it. Can also be sent as the header `last-event-id`. */
  lastEventId?: string | undefined;
}

export interface GenerationsListInput {
  /** Default: 20. */
  limit?: number | undefined;
  page_token?: string | undefined;
}

export interface JobPage {
  jobs: Array<Job>;
  next_page_token: string | null;
}

export interface GenerationsQuoteInput {
  /** The type of the source and of the output. */
  generation_type: 'image' | 'video';
  /** Detect the subject (`auto`), use the whole frame (`fill`), or use the matte in `alpha_uri` (`custom`). */
  alpha_mode: 'auto' | 'fill' | 'custom';
  /** The output fits 1280×720 or 1920×1080 (rotated for portrait sources) and is never larger than the source. Default: 1080. */
  max_resolution?: 720 | 1080 | undefined;
  /** The scene, described in words. */
  prompt?: string | undefined;
  /** Chosen at random if omitted; always returned in the job. */
  seed?: number | undefined;
  /** Can also be sent as the header `idempotency-key`. */
  idempotency_key?: string | undefined;
  /** The highest acceptable cost in credits; a job that costs more is rejected. */
  max_cost?: number | undefined;
  /** The image or video: `beeble://uploads/…`, `https://…` or `data:…;base64,…`. */
  source_uri: string;
  /** An image of the scene. */
  reference_image_uri?: string | undefined;
  /** The matte: grayscale, white is the subject; an image for an image source, a video for a video source. */
  alpha_uri?: string | undefined;
  /** An HTTPS URL that receives a webhook when the job ends. */
  callback_url?: string | undefined;
}

export interface Quote {
  /** The cost of the job in credits. */
  cost: number;
  /** The balance of the account in credits. */
  balance: number;
  generation_type: 'image' | 'video';
  /** 1 for an image. */
  frames: number;
  /** Width of the source in pixels, after rotation. */
  width: number;
  height: number;
  output: {
    width: number;
    height: number;
  };
}

export interface GenerationsCancelInput {
  id: string;
}

export interface AccountInfo {
  email: string;
  billing_type: 'prepaid' | 'postpaid';
  /** US dollars per billing period; null means no limit. */
  spending_limit: number | null;
  rate_limits: {
    /** Writes of the last 60 seconds. */
    rpm: {
      usage: number;
      limit: number;
    };
    /** Jobs in flight. */
    concurrency: {
      usage: number;
      limit: number;
    };
  };
}

export interface AccountBilling {
  /** Unix seconds. */
  billing_period_start: number;
  /** Unix seconds. */
  billing_period_end: number;
  /** US dollars. */
  prepaid_balance: number;
  /** US dollars. */
  current_period_usage: number;
  meters: Array<{
    id: string;
    label: string;
    unit: 'credits';
    total_usage: number;
  }>;
}

/** The input and output of each procedure. The error codes are in procedureCodes of @restage/errors. */
export interface Procedures {
  'uploads.create': { kind: 'mutation'; input: UploadsCreateInput; output: Upload };
  'generations.start': { kind: 'mutation'; input: GenerationsStartInput; output: Job };
  'generations.get': { kind: 'query'; input: GenerationsGetInput; output: Job };
  'generations.watch': { kind: 'subscription'; input: GenerationsWatchInput; output: Job };
  'generations.list': { kind: 'query'; input: GenerationsListInput; output: JobPage };
  'generations.quote': { kind: 'mutation'; input: GenerationsQuoteInput; output: Quote };
  'generations.cancel': { kind: 'mutation'; input: GenerationsCancelInput; output: Job };
  'account.info': { kind: 'query'; input: undefined; output: AccountInfo };
  'account.billing': { kind: 'query'; input: undefined; output: AccountBilling };
}

/** The kind of each procedure. */
export const procedureKinds = {
  'uploads.create': 'mutation',
  'generations.start': 'mutation',
  'generations.get': 'query',
  'generations.watch': 'subscription',
  'generations.list': 'query',
  'generations.quote': 'mutation',
  'generations.cancel': 'mutation',
  'account.info': 'query',
  'account.billing': 'query',
} as const;

/** The path of each subscription's event stream, with input fields in braces. */
export const eventPaths = { 'generations.watch': '/v1/switchx/generations/{id}/events' } as const;
