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
  /** Detect the subject (`auto`), use the whole frame (`fill`), use the matte in `alpha_uri` (`custom`), or carry the matte of one frame through the shot (`select`). */
  alpha_mode: 'auto' | 'fill' | 'custom' | 'select';
  /** The output fits 1280×720 or 1920×1080 (rotated for portrait sources) and is never larger than the source. Default: 1080. */
  max_resolution?: 720 | 1080 | undefined;
  /** The scene, described in words. */
  prompt?: string | undefined;
  /** Chosen at random if omitted; always returned in the job. */
  seed?: number | undefined;
  /** Can also be sent as the header `idempotency-key`. */
  idempotency_key?: string | undefined;
  /** With `select`: the frame that the matte in `alpha_uri` belongs to, counted from 0. Default: 0. */
  alpha_keyframe_index?: number | undefined;
  /** The highest acceptable cost in credits; a job that costs more is rejected. */
  max_cost?: number | undefined;
  /** The image or video: `beeble://uploads/…`, `https://…` or `data:…;base64,…`. */
  source_uri: string;
  /** An image of the scene. */
  reference_image_uri?: string | undefined;
  /** The matte: grayscale, white is the subject; an image for an image source, a video for a video source. With `select`: an image, the matte of one frame. */
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
  alpha_mode: 'auto' | 'fill' | 'custom' | 'select';
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
  status?: 'in_queue' | 'processing' | 'completed' | 'failed' | 'cancelled' | undefined;
  generation_type?: 'image' | 'video' | undefined;
  /** Jobs that were created then or later. */
  created_after?: string | undefined;
  /** Jobs that were created earlier. */
  created_before?: string | undefined;
}

export interface JobPage {
  jobs: Array<Job>;
  next_page_token: string | null;
}

export interface GenerationsQuoteInput {
  /** The type of the source and of the output. */
  generation_type: 'image' | 'video';
  /** Detect the subject (`auto`), use the whole frame (`fill`), use the matte in `alpha_uri` (`custom`), or carry the matte of one frame through the shot (`select`). */
  alpha_mode: 'auto' | 'fill' | 'custom' | 'select';
  /** The output fits 1280×720 or 1920×1080 (rotated for portrait sources) and is never larger than the source. Default: 1080. */
  max_resolution?: 720 | 1080 | undefined;
  /** The scene, described in words. */
  prompt?: string | undefined;
  /** Chosen at random if omitted; always returned in the job. */
  seed?: number | undefined;
  /** Can also be sent as the header `idempotency-key`. */
  idempotency_key?: string | undefined;
  /** With `select`: the frame that the matte in `alpha_uri` belongs to, counted from 0. Default: 0. */
  alpha_keyframe_index?: number | undefined;
  /** The highest acceptable cost in credits; a job that costs more is rejected. */
  max_cost?: number | undefined;
  /** The image or video: `beeble://uploads/…`, `https://…` or `data:…;base64,…`. */
  source_uri: string;
  /** An image of the scene. */
  reference_image_uri?: string | undefined;
  /** The matte: grayscale, white is the subject; an image for an image source, a video for a video source. With `select`: an image, the matte of one frame. */
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

export interface GenerationsDetailsInput {
  id: string;
}

export interface JobDetails {
  /** `swx_…`. */
  id: string;
  status: 'in_queue' | 'processing' | 'completed' | 'failed' | 'cancelled';
  progress: number;
  generation_type: 'image' | 'video';
  alpha_mode: 'auto' | 'fill' | 'custom' | 'select';
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
  prompt: string | null;
  /** The frame that the given matte belongs to; null unless `alpha_mode` is `select`. */
  alpha_keyframe_index: number | null;
  max_resolution: 720 | 1080;
  /** Of the source, as shown. */
  width: number;
  height: number;
  /** 1 for an image. */
  frames: number;
  /** Credits that were charged; a job that failed or was cancelled was refunded. */
  cost: number;
  test_mode: boolean;
  /** How many times a worker took the job. */
  attempts: number;
  /** When its latest rendering began. */
  started_at: string | null;
  inputs: {
    /** A signed URL, valid for 72 hours, or the URL that was given; null if there is none, or if it was part of the request and the job has ended. */
    source: string | null;
    /** A signed URL, valid for 72 hours, or the URL that was given; null if there is none, or if it was part of the request and the job has ended. */
    alpha: string | null;
    /** A signed URL, valid for 72 hours, or the URL that was given; null if there is none, or if it was part of the request and the job has ended. */
    reference: string | null;
  };
  /** The phrases of the prompt that the engine understood, in order; empty until the job has completed. */
  understood: Array<{
    /** The words, as they stand in the prompt. */
    phrase: string;
    /** In plain words, such as `weather: rain`, or why there is none, such as `no effect: …`. */
    effect: string;
  }>;
  /** Every change of state and progress, oldest first. */
  events: Array<{
    status: 'in_queue' | 'processing' | 'completed' | 'failed' | 'cancelled';
    progress: number;
    /** ISO 8601, UTC. */
    at: string;
  }>;
}

export interface GenerationsSummariesInput {
  /** Default: 20. */
  limit?: number | undefined;
  page_token?: string | undefined;
  status?: 'in_queue' | 'processing' | 'completed' | 'failed' | 'cancelled' | undefined;
  generation_type?: 'image' | 'video' | undefined;
  /** Jobs that were created then or later. */
  created_after?: string | undefined;
  /** Jobs that were created earlier. */
  created_before?: string | undefined;
}

export interface JobSummaryPage {
  jobs: Array<JobSummary>;
  /** Null on the last page. */
  next_page_token: string | null;
}

export interface JobSummary {
  /** `swx_…`. */
  id: string;
  status: 'in_queue' | 'processing' | 'completed' | 'failed' | 'cancelled';
  progress: number;
  generation_type: 'image' | 'video';
  alpha_mode: 'auto' | 'fill' | 'custom' | 'select';
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
  prompt: string | null;
  /** The frame that the given matte belongs to; null unless `alpha_mode` is `select`. */
  alpha_keyframe_index: number | null;
  max_resolution: 720 | 1080;
  /** Of the source, as shown. */
  width: number;
  height: number;
  /** 1 for an image. */
  frames: number;
  /** Credits that were charged; a job that failed or was cancelled was refunded. */
  cost: number;
  test_mode: boolean;
  inputs: {
    /** A signed URL, valid for 72 hours, or the URL that was given; null if there is none, or if it was part of the request and the job has ended. */
    source: string | null;
    /** A signed URL, valid for 72 hours, or the URL that was given; null if there is none, or if it was part of the request and the job has ended. */
    alpha: string | null;
    /** A signed URL, valid for 72 hours, or the URL that was given; null if there is none, or if it was part of the request and the job has ended. */
    reference: string | null;
  };
}

export interface AccountUsageInput {
  /** The width of a bucket, in UTC. Default: "day". */
  group_by?: 'hour' | 'day' | 'month' | undefined;
  /** The bucket that holds this instant is the first. Absent: the start of the day for hours, of the month for days, of the year for months. */
  from?: string | undefined;
  /** Buckets begin before this instant. Absent: now. */
  to?: string | undefined;
}

export interface Usage {
  buckets: Array<{
    /** The first instant of the bucket. */
    start: string;
    /** Credits by meter, less refunds. */
    credits: {
      api_video_1080p: number;
      api_video_720p: number;
      api_image_1080p: number;
      api_image_720p: number;
    };
    /** Jobs that have ended, by outcome, test jobs included. */
    jobs: {
      completed: number;
      failed: number;
      cancelled: number;
    };
  }>;
}

export interface AccountCreditsInput {
  /** Default: 20. */
  limit?: number | undefined;
  page_token?: string | undefined;
}

export interface CreditPage {
  entries: Array<CreditEntry>;
  /** Null on the last page. */
  next_page_token: string | null;
}

export interface CreditEntry {
  id: string;
  kind: 'charge' | 'refund' | 'grant' | 'correction';
  /** Below zero where credits were taken. */
  credits: number;
  /** Null for grants and corrections. */
  generation_id: string | null;
  meter: 'api_video_1080p' | 'api_video_720p' | 'api_image_1080p' | 'api_image_720p' | null;
  note: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
}

export interface ApiKeyList {
  keys: Array<ApiKey>;
}

export interface ApiKey {
  /** `key_…`. */
  id: string;
  name: string;
  /** The first characters of the key, to recognise it by. */
  prefix: string;
  mode: 'live' | 'test';
  /** ISO 8601, UTC. */
  created_at: string;
  /** Exact to 5 seconds; null if the key was never used. */
  last_used_at: string | null;
  /** Null if the key does not expire. */
  expires_at: string | null;
  revoked_at: string | null;
}

export interface KeysCreateInput {
  /** What the key is for. */
  name: string;
  /** Test keys cost nothing, and render watermarked proofs. */
  mode: 'live' | 'test';
  /** When the key stops working; absent for never. */
  expires_at?: string | undefined;
}

export interface CreatedApiKey {
  /** `key_…`. */
  id: string;
  name: string;
  /** The first characters of the key, to recognise it by. */
  prefix: string;
  mode: 'live' | 'test';
  /** ISO 8601, UTC. */
  created_at: string;
  /** Exact to 5 seconds; null if the key was never used. */
  last_used_at: string | null;
  /** Null if the key does not expire. */
  expires_at: string | null;
  revoked_at: string | null;
  /** The key. It is shown here only. */
  key: string;
}

export interface KeysRevokeInput {
  id: string;
}

export interface WebhookSecret {
  /** `whsec_…`, as Standard Webhooks says. */
  secret: string;
  /** Until then the secret before it signs too; null if none does. */
  previous_expires_at: string | null;
}

export interface WebhooksRotateSecretInput {
  /** For how long the old secret signs too; 0 if it has leaked. Default: 24. */
  overlap_hours?: number | undefined;
}

export interface WebhooksListInput {
  /** Default: 20. */
  limit?: number | undefined;
  page_token?: string | undefined;
  generation_id?: string | undefined;
  status?: 'pending' | 'delivered' | 'failed' | undefined;
}

export interface DeliveryPage {
  deliveries: Array<Delivery>;
  /** Null on the last page. */
  next_page_token: string | null;
}

export interface Delivery {
  /** `msg_…`, the `webhook-id` of every attempt. */
  id: string;
  /** Null for a test event. */
  generation_id: string | null;
  url: string;
  status: 'pending' | 'delivered' | 'failed';
  /** Attempts made, since the delivery began or was begun anew. */
  attempts: number;
  last_error: string | null;
  /** Null once the delivery has ended. */
  next_attempt_at: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
}

export interface WebhooksGetInput {
  id: string;
}

export interface DeliveryDetails {
  /** `msg_…`, the `webhook-id` of every attempt. */
  id: string;
  /** Null for a test event. */
  generation_id: string | null;
  url: string;
  status: 'pending' | 'delivered' | 'failed';
  /** Attempts made, since the delivery began or was begun anew. */
  attempts: number;
  last_error: string | null;
  /** Null once the delivery has ended. */
  next_attempt_at: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** The body of the webhook. */
  payload: {
    /** The job’s id. */
    id: string;
    status: 'in_queue' | 'processing' | 'completed' | 'failed' | 'cancelled';
    /** Of a completed job, with URLs signed for this answer. */
    output?: Output | undefined;
    /** Of a job that failed or was cancelled. */
    error?: string | null | undefined;
    /** ISO 8601, UTC. */
    completed_at: string;
  };
  /** Every attempt, oldest first, those before a redelivery too. */
  attempt_log: Array<{
    /** ISO 8601, UTC. */
    at: string;
    duration_ms: number;
    /** The HTTP status; null if nothing answered. */
    status: number | null;
    error: string | null;
  }>;
}

export interface WebhooksRedeliverInput {
  id: string;
}

export interface WebhooksTestInput {
  /** HTTPS. */
  callback_url: string;
}

export interface RequestsListInput {
  /** Default: 20. */
  limit?: number | undefined;
  page_token?: string | undefined;
  code?:
    | 'INVALID_GENERATION_TYPE'
    | 'INVALID_ALPHA_MODE'
    | 'INVALID_MAX_RESOLUTION'
    | 'MISSING_STYLE_INPUT'
    | 'MISSING_SOURCE'
    | 'MISSING_ALPHA'
    | 'ALPHA_TYPE_MISMATCH'
    | 'INVALID_URI'
    | 'SOURCE_UNREACHABLE'
    | 'INVALID_FILENAME'
    | 'INVALID_CALLBACK_URL'
    | 'INVALID_API_KEY'
    | 'INSUFFICIENT_CREDITS'
    | 'JOB_NOT_FOUND'
    | 'RATE_LIMIT_EXCEEDED'
    | 'INTERNAL_ERROR'
    | 'CREDIT_DEDUCTION_FAILED'
    | 'UPLOAD_URL_FAILED'
    | 'JOB_QUEUE_FAILED'
    | 'INVALID_REQUEST'
    | 'INVALID_FILE_FORMAT'
    | 'SOURCE_TOO_LARGE'
    | 'VIDEO_TOO_MANY_FRAMES'
    | 'HARD_LIMIT_EXCEEDED'
    | 'MAX_COST_EXCEEDED'
    | 'INVALID_SIGNATURE'
    | 'LIVE_KEY_REQUIRED'
    | 'KEY_NOT_FOUND'
    | 'DELIVERY_NOT_FOUND'
    | 'REQUEST_NOT_FOUND'
    | 'NOT_FOUND'
    | 'METHOD_NOT_ALLOWED'
    | 'IDEMPOTENCY_KEY_REUSED'
    | 'JOB_NOT_CANCELLABLE'
    | 'PAYLOAD_TOO_LARGE'
    | 'CONCURRENT_LIMIT_EXCEEDED'
    | undefined;
  procedure?: string | undefined;
  status?: number | undefined;
}

export interface RequestPage {
  requests: Array<LoggedRequest>;
  /** Null on the last page. */
  next_page_token: string | null;
}

export interface LoggedRequest {
  /** `req_…`, the `x-request-id` of the response. */
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  procedure: string;
  transport: 'rest' | 'trpc';
  /** The HTTP status of the call. */
  status: number;
  /** Null if the call succeeded. */
  code:
    | 'INVALID_GENERATION_TYPE'
    | 'INVALID_ALPHA_MODE'
    | 'INVALID_MAX_RESOLUTION'
    | 'MISSING_STYLE_INPUT'
    | 'MISSING_SOURCE'
    | 'MISSING_ALPHA'
    | 'ALPHA_TYPE_MISMATCH'
    | 'INVALID_URI'
    | 'SOURCE_UNREACHABLE'
    | 'INVALID_FILENAME'
    | 'INVALID_CALLBACK_URL'
    | 'INVALID_API_KEY'
    | 'INSUFFICIENT_CREDITS'
    | 'JOB_NOT_FOUND'
    | 'RATE_LIMIT_EXCEEDED'
    | 'INTERNAL_ERROR'
    | 'CREDIT_DEDUCTION_FAILED'
    | 'UPLOAD_URL_FAILED'
    | 'JOB_QUEUE_FAILED'
    | 'INVALID_REQUEST'
    | 'INVALID_FILE_FORMAT'
    | 'SOURCE_TOO_LARGE'
    | 'VIDEO_TOO_MANY_FRAMES'
    | 'HARD_LIMIT_EXCEEDED'
    | 'MAX_COST_EXCEEDED'
    | 'INVALID_SIGNATURE'
    | 'LIVE_KEY_REQUIRED'
    | 'KEY_NOT_FOUND'
    | 'DELIVERY_NOT_FOUND'
    | 'REQUEST_NOT_FOUND'
    | 'NOT_FOUND'
    | 'METHOD_NOT_ALLOWED'
    | 'IDEMPOTENCY_KEY_REUSED'
    | 'JOB_NOT_CANCELLABLE'
    | 'PAYLOAD_TOO_LARGE'
    | 'CONCURRENT_LIMIT_EXCEEDED'
    | null;
  param: string | null;
  message: string | null;
  duration_ms: number;
  /** The first characters of the key that was used. */
  key_prefix: string;
  generation_id: string | null;
}

export interface RequestsGetInput {
  id: string;
}

export interface RequestDetails {
  /** `req_…`, the `x-request-id` of the response. */
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  procedure: string;
  transport: 'rest' | 'trpc';
  /** The HTTP status of the call. */
  status: number;
  /** Null if the call succeeded. */
  code:
    | 'INVALID_GENERATION_TYPE'
    | 'INVALID_ALPHA_MODE'
    | 'INVALID_MAX_RESOLUTION'
    | 'MISSING_STYLE_INPUT'
    | 'MISSING_SOURCE'
    | 'MISSING_ALPHA'
    | 'ALPHA_TYPE_MISMATCH'
    | 'INVALID_URI'
    | 'SOURCE_UNREACHABLE'
    | 'INVALID_FILENAME'
    | 'INVALID_CALLBACK_URL'
    | 'INVALID_API_KEY'
    | 'INSUFFICIENT_CREDITS'
    | 'JOB_NOT_FOUND'
    | 'RATE_LIMIT_EXCEEDED'
    | 'INTERNAL_ERROR'
    | 'CREDIT_DEDUCTION_FAILED'
    | 'UPLOAD_URL_FAILED'
    | 'JOB_QUEUE_FAILED'
    | 'INVALID_REQUEST'
    | 'INVALID_FILE_FORMAT'
    | 'SOURCE_TOO_LARGE'
    | 'VIDEO_TOO_MANY_FRAMES'
    | 'HARD_LIMIT_EXCEEDED'
    | 'MAX_COST_EXCEEDED'
    | 'INVALID_SIGNATURE'
    | 'LIVE_KEY_REQUIRED'
    | 'KEY_NOT_FOUND'
    | 'DELIVERY_NOT_FOUND'
    | 'REQUEST_NOT_FOUND'
    | 'NOT_FOUND'
    | 'METHOD_NOT_ALLOWED'
    | 'IDEMPOTENCY_KEY_REUSED'
    | 'JOB_NOT_CANCELLABLE'
    | 'PAYLOAD_TOO_LARGE'
    | 'CONCURRENT_LIMIT_EXCEEDED'
    | null;
  param: string | null;
  message: string | null;
  duration_ms: number;
  /** The first characters of the key that was used. */
  key_prefix: string;
  generation_id: string | null;
  /** What the code means. */
  meaning: string | null;
  /** What to do about it. */
  resolution: string | null;
}

export interface FailureCounts {
  /** Failures from then on are counted: those of the last 7 days that the log still has. */
  since: string;
  /** The most frequent code first. */
  failures: Array<{
    code:
      | 'INVALID_GENERATION_TYPE'
      | 'INVALID_ALPHA_MODE'
      | 'INVALID_MAX_RESOLUTION'
      | 'MISSING_STYLE_INPUT'
      | 'MISSING_SOURCE'
      | 'MISSING_ALPHA'
      | 'ALPHA_TYPE_MISMATCH'
      | 'INVALID_URI'
      | 'SOURCE_UNREACHABLE'
      | 'INVALID_FILENAME'
      | 'INVALID_CALLBACK_URL'
      | 'INVALID_API_KEY'
      | 'INSUFFICIENT_CREDITS'
      | 'JOB_NOT_FOUND'
      | 'RATE_LIMIT_EXCEEDED'
      | 'INTERNAL_ERROR'
      | 'CREDIT_DEDUCTION_FAILED'
      | 'UPLOAD_URL_FAILED'
      | 'JOB_QUEUE_FAILED'
      | 'INVALID_REQUEST'
      | 'INVALID_FILE_FORMAT'
      | 'SOURCE_TOO_LARGE'
      | 'VIDEO_TOO_MANY_FRAMES'
      | 'HARD_LIMIT_EXCEEDED'
      | 'MAX_COST_EXCEEDED'
      | 'INVALID_SIGNATURE'
      | 'LIVE_KEY_REQUIRED'
      | 'KEY_NOT_FOUND'
      | 'DELIVERY_NOT_FOUND'
      | 'REQUEST_NOT_FOUND'
      | 'NOT_FOUND'
      | 'METHOD_NOT_ALLOWED'
      | 'IDEMPOTENCY_KEY_REUSED'
      | 'JOB_NOT_CANCELLABLE'
      | 'PAYLOAD_TOO_LARGE'
      | 'CONCURRENT_LIMIT_EXCEEDED';
    count: number;
    /** Of the latest one. */
    last_at: string;
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
  'generations.details': { kind: 'query'; input: GenerationsDetailsInput; output: JobDetails };
  'generations.summaries': { kind: 'query'; input: GenerationsSummariesInput; output: JobSummaryPage };
  'account.usage': { kind: 'query'; input: AccountUsageInput; output: Usage };
  'account.credits': { kind: 'query'; input: AccountCreditsInput; output: CreditPage };
  'keys.list': { kind: 'query'; input: undefined; output: ApiKeyList };
  'keys.create': { kind: 'mutation'; input: KeysCreateInput; output: CreatedApiKey };
  'keys.revoke': { kind: 'mutation'; input: KeysRevokeInput; output: ApiKey };
  'webhooks.secret': { kind: 'query'; input: undefined; output: WebhookSecret };
  'webhooks.rotateSecret': { kind: 'mutation'; input: WebhooksRotateSecretInput; output: WebhookSecret };
  'webhooks.list': { kind: 'query'; input: WebhooksListInput; output: DeliveryPage };
  'webhooks.get': { kind: 'query'; input: WebhooksGetInput; output: DeliveryDetails };
  'webhooks.redeliver': { kind: 'mutation'; input: WebhooksRedeliverInput; output: Delivery };
  'webhooks.test': { kind: 'mutation'; input: WebhooksTestInput; output: Delivery };
  'requests.list': { kind: 'query'; input: RequestsListInput; output: RequestPage };
  'requests.get': { kind: 'query'; input: RequestsGetInput; output: RequestDetails };
  'requests.failures': { kind: 'query'; input: undefined; output: FailureCounts };
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
  'generations.details': 'query',
  'generations.summaries': 'query',
  'account.usage': 'query',
  'account.credits': 'query',
  'keys.list': 'query',
  'keys.create': 'mutation',
  'keys.revoke': 'mutation',
  'webhooks.secret': 'query',
  'webhooks.rotateSecret': 'mutation',
  'webhooks.list': 'query',
  'webhooks.get': 'query',
  'webhooks.redeliver': 'mutation',
  'webhooks.test': 'mutation',
  'requests.list': 'query',
  'requests.get': 'query',
  'requests.failures': 'query',
} as const;

/** The path of each subscription's event stream, with input fields in braces. */
export const eventPaths = { 'generations.watch': '/v1/switchx/generations/{id}/events' } as const;
