import { S3Client } from '@aws-sdk/client-s3';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';

/** Where the blobs are. Credentials come from the AWS SDK's own chain: environment, shared files, instance roles. */
export interface S3Location {
  readonly bucket: string;
  /** Keys begin with it and a slash; empty for none. */
  readonly prefix: string;
  readonly region: string;
  /** Default: AWS's endpoint of the region. */
  readonly endpoint?: string | undefined;
  /** Whether the bucket is named in the path of URLs, not in their host. */
  readonly hasPathStyle: boolean;
}

/** How long S3 may take. One attempt at a request may take half the time of the whole. */
export interface S3Timeouts {
  /** For a connection. */
  readonly connectMs: number;
  /**
   * For a request with all its attempts, until its response begins. A commit is one, and its caller holds a row meanwhile.
   */
  readonly requestMs: number;
  /** The same for a request that sends a part of a long stream. */
  readonly partMs: number;
  /** The same for a check whether the store is writable. */
  readonly checkMs: number;
  /** For the next bytes of a download. */
  readonly idleMs: number;
  /** The pause before the second attempt at a request. Each further pause is four times as long. */
  readonly retryMs: number;
}

const defaultTimeouts: S3Timeouts = {
  connectMs: 3000,
  requestMs: 20_000,
  partMs: 120_000,
  checkMs: 8000,
  idleMs: 30_000,
  retryMs: 200,
};

/** Each request is tried so often if S3 does not answer, or answers that it can't. */
const maxAttempts = 4;

/** More sockets than downloads that a process serves at once: a download keeps its own until it ends. */
const maxSockets = 1000;

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default: the `requestMs` of the timeouts. */
  readonly timeoutMs?: number;
}

/** What the SDK's `send` gets. */
interface SendOptions {
  readonly abortSignal: AbortSignal;
  /** Of one attempt, in milliseconds. */
  readonly requestTimeout: number;
}

/** The AWS client with a time limit for each call. */
export interface S3 {
  readonly client: S3Client;
  readonly bucket: string;
  readonly timeouts: S3Timeouts;
  /** The name of an object in the bucket. */
  toObjectKey(key: string): string;
  /**
   * Makes a call. Throws the reason of the signal, or an {@link S3Error}.
   * @param run sends a command with these options; what it returns may be a stream that goes on
   */
  call<Output>(
    operation: string,
    run: (options: SendOptions) => Promise<Output>,
    options?: CallOptions,
  ): Promise<Output>;
}

/** S3 refused a call, or did not answer it in time. */
export class S3Error extends Error {
  /** The code of the response, such as `NoSuchKey`; `Timeout`, or what a socket says. */
  readonly code: string;

  constructor(operation: string, code: string, detail: string, cause: unknown) {
    super(`S3 ${operation} failed: ${code}${detail}`, { cause });
    this.name = 'S3Error';
    this.code = code;
  }
}

/** Creates a client. Sends nothing. */
export function createS3(location: S3Location, timeouts: Partial<S3Timeouts> = {}): S3 {
  const { bucket, prefix, region, endpoint, hasPathStyle } = location;
  const limits = { ...defaultTimeouts, ...timeouts };
  const client = new S3Client({
    region,
    forcePathStyle: hasPathStyle,
    ...(endpoint !== undefined && { endpoint }),
    // Many stores that speak S3 know no checksums in trailers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The SDK's own pauses are shorter than most failures.
    retryStrategy: new ConfiguredRetryStrategy(
      maxAttempts,
      (attempt) => limits.retryMs * 4 ** (attempt - 1) * (0.5 + Math.random()),
    ),
    requestHandler: {
      connectionTimeout: limits.connectMs,
      throwOnRequestTimeout: true,
      // A client that reads slowly leaves a socket idle; what S3 does not send in time ends in `toWebStream`.
      socketTimeout: 0,
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
  });
  return {
    client,
    bucket,
    timeouts: limits,
    toObjectKey: (key) => (prefix === '' ? key : `${prefix}/${key}`),

    async call(operation, run, { signal, timeoutMs = limits.requestMs } = {}) {
      signal?.throwIfAborted();
      // Not AbortSignal.timeout: the limit ends with the call, and a stream that it returned goes on.
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), timeoutMs);
      const abortSignal = signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal;
      try {
        return await run({ abortSignal, requestTimeout: timeoutMs / 2 });
      } catch (error) {
        signal?.throwIfAborted();
        if (deadline.signal.aborted)
          throw new S3Error(operation, 'Timeout', `: no answer within ${timeoutMs} ms`, error);
        throw toS3Error(operation, error);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The SDK's error, with what failed: its own message for a response without a body is "UnknownError". */
function toS3Error(operation: string, error: unknown): S3Error {
  if (!(error instanceof Error)) return new S3Error(operation, 'Unknown', '', error);
  const status = '$metadata' in error ? Reflect.get(Object(error.$metadata), 'httpStatusCode') : undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const detail = status === undefined ? `: ${error.message}` : ` (status ${status}): ${error.message}`;
  return new S3Error(operation, code, detail, error);
}

/** Whether S3 says that there is no such object. A response to HEAD says no more than "not found". */
export const isMissing = (error: unknown) =>
  error instanceof S3Error && (error.code === 'NoSuchKey' || error.code === 'NotFound');

/** Whether S3 answered with this code. */
export const hasCode = (error: unknown, code: string) => error instanceof S3Error && error.code === code;
