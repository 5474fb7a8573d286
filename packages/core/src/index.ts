export { accountBilling } from './accounts/billing.ts';
export { createAccount, createFirstAccount, createKey, type NewAccount } from './accounts/create.ts';
export { accountInfo } from './accounts/info.ts';
export { type AccountLimits, limitAccount } from './accounts/limit.ts';
export { listAccounts } from './accounts/list.ts';
export { showAccount } from './accounts/show.ts';
export { accountUsage } from './accounts/usage.ts';
export { JobNotifications } from './changes.ts';
export type {
  Account,
  AccountContext,
  Context,
  Credentials,
  KeyCache,
  LargeStrings,
  OperatorContext,
  ResponseMeta,
  Settings,
  WorkerContext,
} from './context.ts';
export { grantCredits } from './credits/grant.ts';
export { creditHistory } from './credits/history.ts';
export { listOwnCredits } from './credits/list-own.ts';
export { cancelGeneration } from './generations/cancel.ts';
export { getGenerationDetails } from './generations/details.ts';
export { getGeneration } from './generations/get.ts';
export { listGenerations } from './generations/list.ts';
export { inspectGeneration } from './generations/operator/inspect.ts';
export { type JobFilter, searchGenerations } from './generations/operator/search.ts';
export { quoteGeneration } from './generations/quote.ts';
export { startGeneration } from './generations/start.ts';
export { listGenerationSummaries } from './generations/summaries.ts';
export { type JobEvent, noMoreEvents, watchGeneration } from './generations/watch.ts';
export { processGeneration } from './generations/worker/process.ts';
export { startRenderWorkers, type WorkerHandle } from './generations/worker/start-workers.ts';
export { createOwnKey } from './keys/account/create.ts';
export { listOwnKeys } from './keys/account/list.ts';
export { revokeOwnKey } from './keys/account/revoke.ts';
export { authenticate, getCachedAccount, hashKey } from './keys/authenticate.ts';
export { issueKey } from './keys/issue.ts';
export { listKeys } from './keys/list.ts';
export { revokeKey } from './keys/revoke.ts';
export { meterRead, meterWrite } from './limits/meter.ts';
export { ReadWindows } from './limits/reads.ts';
export type { Log } from './log.ts';
export { createPgBossQueue, type Queue } from './queue.ts';
export { createQueues } from './queues.ts';
export type { Finding } from './reconcile/finding.ts';
export { reconcile } from './reconcile/reconcile.ts';
export { deleteOldRequests } from './requests/delete-old.ts';
export { countFailures } from './requests/failures.ts';
export { getRequest } from './requests/get.ts';
export { listRequests } from './requests/list.ts';
export { redactMessage } from './requests/redact.ts';
export { RequestLog, type RequestRow } from './requests/request-log.ts';
export { type CleanupResult, cleanUp } from './retention/clean-up.ts';
export { explainMissingOutput } from './retention/missing-output.ts';
export { blobFolders } from './retention/orphans.ts';
export { cleanUpPeriodically } from './retention/periodic.ts';
export { createTicket } from './sessions/create-ticket.ts';
export { deleteExpiredSessions } from './sessions/delete-expired.ts';
export { endSession } from './sessions/end.ts';
export { openSession } from './sessions/open.ts';
export {
  type InstrumentName,
  instruments,
  type Labels,
} from './telemetry/instruments.ts';
export { type Backlog, readBacklog } from './telemetry/read-backlog.ts';
export { noTelemetry, type Span, type SpanOptions, type Telemetry } from './telemetry/telemetry.ts';
export { withSpan } from './telemetry/with-span.ts';
export { createUpload } from './uploads/create.ts';
export { findMediaType } from './uploads/media-type.ts';
export { receiveUpload } from './uploads/receive.ts';
export { getOwnDelivery } from './webhooks/account/get.ts';
export { listOwnDeliveries } from './webhooks/account/list.ts';
export { redeliverOwnWebhook } from './webhooks/account/redeliver.ts';
export { getOwnWebhookSecret, rotateOwnWebhookSecret } from './webhooks/account/secret.ts';
export { sendOwnTestWebhook } from './webhooks/account/test.ts';
export { deliverWebhook } from './webhooks/delivery/deliver.ts';
export { type DeliveryRecord, listWebhookDeliveries } from './webhooks/list.ts';
export { redeliverWebhook } from './webhooks/redeliver.ts';
export { rotateWebhookSecret } from './webhooks/rotate.ts';
export { getOrCreateWebhookSecret, type WebhookSecret } from './webhooks/secret.ts';
export { sendTestWebhook } from './webhooks/send-test.ts';
export { defaultWebhookSettings, type WebhookSettings } from './webhooks/settings.ts';
export { requeueOverdueWebhooks } from './webhooks/worker/requeue-overdue.ts';
export { startWebhookWorkers } from './webhooks/worker/start-workers.ts';
