export { authenticate, type Credentials, hashKey, type KeyCache } from './accounts/authenticate.ts';
export { accountBilling } from './accounts/billing.ts';
export { createAccount, createFirstAccount, createKey, type NewAccount } from './accounts/create.ts';
export { accountInfo } from './accounts/info.ts';
export { JobChanges } from './changes.ts';
export type {
  Account,
  AccountContext,
  Context,
  Log,
  Reply,
  Settings,
  WorkerContext,
} from './context.ts';
export { cancelGeneration } from './generations/cancel.ts';
export { getGeneration } from './generations/get.ts';
export { listGenerations } from './generations/list.ts';
export { processGeneration } from './generations/process.ts';
export { startGeneration } from './generations/start.ts';
export { type JobEvent, watchGeneration } from './generations/watch.ts';
export { meterRequest } from './limits/meter.ts';
export { ReadWindows } from './limits/reads.ts';
export { bossQueue, createQueues, type Queue } from './queue.ts';
export { createUpload } from './uploads/create.ts';
export { receiveUpload } from './uploads/receive.ts';
export { type Work, workOnRenders } from './work.ts';
