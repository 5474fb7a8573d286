import { procedureCodes } from '@restage/errors';
import { SuperJSON, type SuperJSONResult } from 'superjson';
import { createClientError } from '../errors/client-error.ts';
import type { RestageErrorOf } from '../errors/restage-error.ts';
import { toRestageError } from '../errors/to-restage-error.ts';
import { eventPaths, type Job } from '../generated/types.ts';
import { err, type Outcome, ok } from '../result.ts';
import { readErrorBody } from '../transport/caller.ts';
import type { ServerEvent } from '../transport/event-parser.ts';
import { RawResponse } from '../transport/response.ts';

/** What a stream sends: the job of an event, a keep-alive, or that no more events will come. */
type StreamMessage = { readonly eventId: string; readonly job: Job } | 'keep-alive' | 'end';

type WatchCode = (typeof procedureCodes)['generations.watch'][number];
type Message = Outcome<StreamMessage, RestageErrorOf<WatchCode | 'UNKNOWN' | 'CONNECTION_FAILED'>>;

/** How one of the server's transports serves the events of a job. */
interface StreamFormat {
  readonly toPath: (id: string) => string;
  /** Converts an event. An event with an unknown name counts as a keep-alive. */
  readonly toMessage: (url: string, event: ServerEvent) => Message;
}

/** REST: `event: job` with the job as JSON. */
export const restStream: StreamFormat = {
  toPath: (id) => eventPaths['generations.watch'].replace('{id}', encodeURIComponent(id)),
  toMessage: (url, { id, event, data }) =>
    event === 'job'
      ? parseData(url, data, (value) => ok({ eventId: id, job: value as Job }))
      : ok('keep-alive'),
};

/** tRPC: events without a name, whose data is superjson; `return` ends the stream, `serialized-error` is its error. */
export const trpcStream: StreamFormat = {
  toPath: (id) => `/trpc/generations.watch?input=${encodeURIComponent(SuperJSON.stringify({ id }))}`,
  toMessage(url, { id, event, data }) {
    if (event === 'return') return ok('end');
    if (event !== 'message' && event !== 'serialized-error') return ok('keep-alive');
    return parseData(url, data, (value) => {
      const body: unknown = SuperJSON.deserialize(value as SuperJSONResult);
      return event === 'message' ? ok({ eventId: id, job: body as Job }) : err(toStreamError(body));
    });
  },
};

function parseData(url: string, data: string, convert: (value: unknown) => Message): Message {
  try {
    return convert(JSON.parse(data));
  } catch (cause) {
    const message = `Received a malformed event from ${url.split('?')[0]}.`;
    return err(createClientError('CONNECTION_FAILED', message, { cause }));
  }
}

/** Converts the error that ends a tRPC stream: the response itself has the status 200. */
function toStreamError(body: unknown) {
  const { data } = Object(body) as { data?: { httpStatus?: number } };
  const response = new RawResponse(data?.httpStatus ?? 500, new Headers(), '');
  return toRestageError(response, procedureCodes['generations.watch'], readErrorBody(data));
}
