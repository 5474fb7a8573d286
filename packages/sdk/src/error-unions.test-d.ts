/**
 * The exact error union of every method. The unions are inferred from what a method calls: if `run` calls another procedure,
 * or a procedure gains or loses a code, this file does not compile.
 */
import type { FileRouteErrorCode, ProcedureErrorCode } from '@restage/errors';
import { expectTypeOf } from 'vitest';
import type {
  CallErrorCode,
  CallName,
  CodesOfCall,
  Download,
  DownloadErrorCode,
  PutErrorCode,
  Restage,
  RestageErrorCode,
  RunErrorCode,
  RunQuoteErrorCode,
  SaveErrorCode,
  TransportErrorCode,
  UploadErrorCode,
  verifyWebhook,
  WaitErrorCode,
  WatchErrorCode,
} from './index.ts';

type Network = 'CONNECTION_FAILED' | 'TIMED_OUT' | 'ABORTED' | 'UNKNOWN';

/** The error codes of a method. */
type Codes<Method extends (...input: never[]) => PromiseLike<unknown> | AsyncIterable<unknown>> = CodesOfCall<
  ReturnType<Method>
>;
type Uploads = Restage['uploads'];
type Generations = Restage['generations'];
type Account = Restage['account'];

expectTypeOf<TransportErrorCode>().toEqualTypeOf<Network>();
expectTypeOf<{ [Name in CallName]: CallErrorCode<Name> }>().toEqualTypeOf<{
  [Name in CallName]: ProcedureErrorCode<Name> | Network;
}>();

/** The error codes of the methods that call one procedure. */
interface Methods {
  'uploads.create': Codes<Uploads['create']>;
  'generations.start': Codes<Generations['start']>;
  'generations.get': Codes<Generations['get']>;
  'generations.list': Codes<ReturnType<Generations['list']>['page']>;
  'generations.quote': Codes<Generations['quote']>;
  'generations.cancel': Codes<Generations['cancel']>;
  'account.info': Codes<Account['info']>;
  'account.billing': Codes<Account['billing']>;
  'generations.details': Codes<Generations['details']>;
  'generations.summaries': Codes<Generations['summaries']>;
  'account.usage': Codes<Restage['usage']['get']>;
  'account.credits': Codes<Restage['usage']['credits']>;
  'keys.list': Codes<Restage['keys']['list']>;
  'keys.create': Codes<Restage['keys']['create']>;
  'keys.revoke': Codes<Restage['keys']['revoke']>;
  'webhooks.secret': Codes<Restage['webhooks']['secret']>;
  'webhooks.rotateSecret': Codes<Restage['webhooks']['rotateSecret']>;
  'webhooks.list': Codes<Restage['webhooks']['list']>;
  'webhooks.get': Codes<Restage['webhooks']['get']>;
  'webhooks.redeliver': Codes<Restage['webhooks']['redeliver']>;
  'webhooks.test': Codes<Restage['webhooks']['test']>;
  'requests.list': Codes<Restage['requests']['list']>;
  'requests.get': Codes<Restage['requests']['get']>;
  'requests.failures': Codes<Restage['requests']['failures']>;
}
expectTypeOf<Methods>().toEqualTypeOf<{ [Name in CallName]: CallErrorCode<Name> }>();

type List = ProcedureErrorCode<'generations.list'> | Network;
expectTypeOf<Codes<Generations['list']>>().toEqualTypeOf<List>();

type Put = 'INVALID_SIGNATURE' | 'PAYLOAD_TOO_LARGE' | 'INTERNAL_ERROR' | Network;
expectTypeOf<Put>().toEqualTypeOf<FileRouteErrorCode<'uploads.put'> | Network>();
expectTypeOf<Codes<Uploads['put']>>().toEqualTypeOf<Put>();
expectTypeOf<PutErrorCode>().toEqualTypeOf<Put>();

type Upload = ProcedureErrorCode<'uploads.create'> | Put | 'FILE_FAILED';
expectTypeOf<Codes<Uploads['upload']>>().toEqualTypeOf<Upload>();
expectTypeOf<UploadErrorCode>().toEqualTypeOf<Upload>();

type Watch =
  | ProcedureErrorCode<'generations.watch'>
  | ProcedureErrorCode<'generations.get'>
  | 'WAIT_TIMED_OUT'
  | Network;
expectTypeOf<Codes<Generations['watch']>>().toEqualTypeOf<Watch>();
expectTypeOf<WatchErrorCode>().toEqualTypeOf<Watch>();

type Wait = Watch | 'JOB_FAILED' | 'JOB_CANCELLED';
expectTypeOf<Codes<Generations['wait']>>().toEqualTypeOf<Wait>();
expectTypeOf<WaitErrorCode>().toEqualTypeOf<Wait>();

type Run = Upload | ProcedureErrorCode<'generations.start'> | Wait;
expectTypeOf<Codes<Restage['run']>>().toEqualTypeOf<Run>();
expectTypeOf<RunErrorCode>().toEqualTypeOf<Run>();

type Quote = Upload | ProcedureErrorCode<'generations.quote'>;
expectTypeOf<Codes<Restage['quote']>>().toEqualTypeOf<Quote>();
expectTypeOf<RunQuoteErrorCode>().toEqualTypeOf<Quote>();

type DownloadCode = 'INVALID_SIGNATURE' | 'NOT_FOUND' | 'INTERNAL_ERROR' | Network;
// INVALID_REQUEST is for an invalid range, and a download sends none.
expectTypeOf<DownloadCode>().toEqualTypeOf<
  Exclude<FileRouteErrorCode<'outputs.get'>, 'INVALID_REQUEST'> | Network
>();
expectTypeOf<Codes<Download['bytes']>>().toEqualTypeOf<DownloadCode>();
expectTypeOf<Codes<Download['stream']>>().toEqualTypeOf<DownloadCode>();
expectTypeOf<DownloadErrorCode>().toEqualTypeOf<DownloadCode>();
expectTypeOf<Codes<Download['save']>>().toEqualTypeOf<DownloadCode | 'FILE_FAILED'>();
expectTypeOf<SaveErrorCode>().toEqualTypeOf<DownloadCode | 'FILE_FAILED'>();

expectTypeOf<Codes<typeof verifyWebhook>>().toEqualTypeOf<'INVALID_WEBHOOK'>();
expectTypeOf<Codes<Restage['webhooks']['verify']>>().toEqualTypeOf<'INVALID_WEBHOOK'>();

// A promise without typed errors can fail with any code.
expectTypeOf<CodesOfCall<Promise<number>>>().toEqualTypeOf<RestageErrorCode>();
