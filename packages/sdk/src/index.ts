export { type CatalogEntry, catalog, type ProcedureErrorCode, type ProcedureName } from '@restage/errors';
export { type Call, type CallStream, type CodesOfCall, type Result, safe } from './call.ts';
export type { CallName, ClientErrorCode, RestageErrorCode, ServerErrorCode } from './errors/client-codes.ts';
export { RestageError, type RestageErrorOf } from './errors/restage-error.ts';
export type {
  AccountBilling,
  AccountCreditsInput,
  AccountInfo,
  AccountUsageInput,
  ApiKey,
  ApiKeyList,
  CreatedApiKey,
  CreditEntry,
  CreditPage,
  Delivery,
  DeliveryDetails,
  DeliveryPage,
  FailureCounts,
  GenerationsGetInput,
  GenerationsListInput,
  GenerationsStartInput,
  Job,
  JobDetails,
  JobPage,
  JobSummary,
  JobSummaryPage,
  KeysCreateInput,
  LoggedRequest,
  Output,
  Procedures,
  Quote,
  RequestDetails,
  RequestPage,
  RequestsListInput,
  Upload,
  UploadsCreateInput,
  Usage,
  WebhookSecret,
  WebhooksListInput,
  WebhooksRotateSecretInput,
  WebhooksTestInput,
} from './generated/types.ts';
export type { CompletedJob, WaitErrorCode, WaitOptions } from './generations/wait.ts';
export type { WatchErrorCode, WatchOptions } from './generations/watch.ts';
export type { CallOptions, JobSimulation, RequestOptions, RestageOptions, Simulation } from './options.ts';
export type { Download, DownloadErrorCode, SaveErrorCode } from './outputs/download.ts';
export type { Outputs } from './outputs/outputs.ts';
export type { PagedList, PagedName } from './pages.ts';
export { Restage } from './restage.ts';
export type { RunQuoteErrorCode, RunQuoteOptions } from './run/quote.ts';
export type { RunErrorCode, RunOptions, RunProgress, RunResult } from './run/run.ts';
export type { MediaRole, RunInput, UploadProgress } from './run/start-input.ts';
export type { CallErrorCode, TransportErrorCode } from './transport/caller.ts';
export type { Uploadable } from './uploads/prepare.ts';
export type { Bytes, PutErrorCode, PutOptions } from './uploads/put.ts';
export type { UploadErrorCode, UploadOptions } from './uploads/upload.ts';
export type { WebhookEvent } from './webhooks/event.ts';
export { verifyWebhook, type WebhookRequest } from './webhooks/verify.ts';
