export { accountBilling } from './accounts/billing.ts';
export { createAccount, createFirstAccount, createKey, type NewAccount } from './accounts/create.ts';
export { accountInfo } from './accounts/info.ts';
export { type AccountLimits, limitAccount } from './accounts/limit.ts';
export { listAccounts } from './accounts/list.ts';
export { showAccount } from './accounts/show.ts';
export { JobNotifications } from './changes.ts';
export type {
  Account,
  AccountContext,
  Context,
  Credentials,
  KeyCache,
  LargeStrings,
  Log,
  OperatorContext,
  ResponseMeta,
  Settings,
  WorkerContext,
} from './context.ts';
export { grantCredits } from './credits/grant.ts';
export { creditHistory } from './credits/history.ts';
export { cancelGeneration } from './generations/cancel.ts';
export { getGeneration } from './generations/get.ts';
export { inspectGeneration } from './generations/inspect.ts';
export { listGenerations } from './generations/list.ts';
export { quoteGeneration } from './generations/quote.ts';
export { type JobFilter, searchGenerations } from './generations/search.ts';
export { startGeneration } from './generations/start.ts';
export { type JobEvent, noMoreEvents, watchGeneration } from './generations/watch.ts';
export { processGeneration } from './generations/worker/process.ts';
export { startRenderWorkers, type WorkerHandle } from './generations/worker/start-workers.ts';
export { authenticate, getCachedAccount, hashKey } from './keys/authenticate.ts';
export { issueKey } from './keys/issue.ts';
export { listKeys } from './keys/list.ts';
export { revokeKey } from './keys/revoke.ts';
export { meterRead, meterWrite } from './limits/meter.ts';
export { ReadWindows } from './limits/reads.ts';
export { createPgBossQueue, type Queue } from './queue.ts';
export { createQueues } from './queues.ts';
export type { Finding } from './reconcile/finding.ts';
export { reconcile } from './reconcile/reconcile.ts';
export { explainMissingOutput } from './retention/missing-output.ts';
export { cleanUpPeriodically } from './retention/periodic.ts';
export { type CleanupResult, cleanUp } from './retention/sweep.ts';
export { createUpload } from './uploads/create.ts';
export { receiveUpload } from './uploads/receive.ts';
export { deliverWebhook } from './webhooks/delivery/deliver.ts';
export { type DeliveryRecord, listWebhookDeliveries } from './webhooks/list.ts';
export { redeliverWebhook } from './webhooks/redeliver.ts';
export { requeueOverdueWebhooks } from './webhooks/requeue-overdue.ts';
export { rotateWebhookSecret } from './webhooks/rotate.ts';
export { getOrCreateWebhookSecret, type WebhookSecret } from './webhooks/secret.ts';
export { sendTestWebhook } from './webhooks/send-test.ts';
export { defaultWebhookSettings, type WebhookSettings } from './webhooks/settings.ts';
export { startWebhookWorkers } from './webhooks/start-workers.ts';
