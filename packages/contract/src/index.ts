export { consoleRouteErrors } from './console.ts';
export { getIdTime, idPrefixes, isId, newId, toUuid } from './ids.ts';
export { getFilenameType, isFilename } from './input/filename.ts';
export { formatReceived, redactSecrets } from './input/format-received.ts';
export { Input, type InputCodes, type ParsedInput, type RawInput } from './input/input.ts';
export { limits, uploadExtensions } from './limits.ts';
export { computeOutputSize, outputBoxes, type Size } from './output-size.ts';
export { computePrice, defaultPrices, getMeterId, type MeterId, meters, type PriceTable } from './pricing.ts';
export type { Procedure, RestBinding } from './procedures/define-procedure.ts';
export { type FileRouteName, fileRouteErrors } from './procedures/file-routes.ts';
export {
  bodyErrors,
  commonErrors,
  listProcedureErrors,
  type ProcedureErrorCode,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
  procedures,
  type VerbInput,
} from './procedures/procedures.ts';
export type {
  AccountBilling,
  AccountInfo,
  Job,
  JobPage,
  Output,
  Quote,
  Upload,
} from './procedures/resources.ts';
export type { JobDetails } from './self-service/details.ts';
export type { ApiKey, ApiKeyList, CreatedApiKey } from './self-service/keys.ts';
export type { FailureCounts, LoggedRequest, RequestDetails, RequestPage } from './self-service/requests.ts';
export type { JobSummary, JobSummaryPage } from './self-service/summaries.ts';
export {
  type CreditEntry,
  type CreditPage,
  type Usage,
  type UsageGroup,
  usageGroups,
} from './self-service/usage.ts';
export {
  type Delivery,
  type DeliveryDetails,
  type DeliveryPage,
  deliveryStatuses,
  type WebhookSecret,
} from './self-service/webhooks.ts';
export {
  type AlphaMode,
  alphaModes,
  type GenerationType,
  generationTypes,
  type JobStatus,
  jobStatuses,
  type MaxResolution,
  maxResolutions,
  takesMatte,
  type Understood,
} from './vocabulary.ts';
