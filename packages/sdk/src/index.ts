export { type Call, type Result, safe } from './call.ts';
export type {
  CallErrorCode,
  CallName,
  ClientErrorCode,
  ProcedureName,
  RestageErrorCode,
  ServerErrorCode,
  TransportErrorCode,
} from './errors/client-codes.ts';
export { RestageError, type RestageErrorOf } from './errors/restage-error.ts';
export type { JobList } from './generations/list.ts';
export type { CompletedJob, WaitErrorCode, WaitOptions } from './generations/wait.ts';
export type { WatchOptions } from './generations/watch.ts';
export type { CallOptions, RequestOptions, RestageOptions, Simulation } from './options.ts';
export type { Download, DownloadErrorCode } from './outputs/download.ts';
export type { Outputs } from './outputs/outputs.ts';
export { Restage } from './restage.ts';
export type { Run, RunErrorCode, RunOptions, RunProgress, RunQuoteErrorCode } from './run.ts';
export type { LocateOptions, RunInput, RunPart, UploadProgress } from './start-input.ts';
export type { Footage } from './uploads/footage.ts';
export type { Bytes, PutErrorCode, PutOptions } from './uploads/put.ts';
export type { SendErrorCode, SendOptions } from './uploads/send.ts';
export type { WebhookEvent } from './webhooks/event.ts';
export { verifyWebhook, type WebhookRequest } from './webhooks/verify.ts';
export type {
  AccountBilling,
  AccountInfo,
  GenerationsGetInput,
  GenerationsListInput,
  GenerationsStartInput,
  Job,
  JobPage,
  Output,
  Procedures,
  Quote,
  Upload,
  UploadsCreateInput,
} from './wire.ts';
