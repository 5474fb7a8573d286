export { idPrefixes, idTime, isId, newId, uuidOf } from './ids.ts';
export { filenameType, isFilename } from './input/filename.ts';
export { Input, type InputAccepted, type InputCodes, type InputSent } from './input/input.ts';
export { received } from './input/received.ts';
export { limits, outputBoxes, outputSize, type Size, uploadExtensions } from './limits.ts';
export { defaultPrices, type MeterId, meterOf, meters, type PriceTable, price } from './pricing.ts';
export { type FileRouteName, fileRouteErrors } from './procedures/file-routes.ts';
export type { Procedure, RestBinding } from './procedures/procedure.ts';
export {
  bodyErrors,
  commonErrors,
  type ProcedureErrorCode,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
  procedureErrors,
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
export {
  type AlphaMode,
  alphaModes,
  type GenerationType,
  generationTypes,
  type JobStatus,
  jobStatuses,
  type MaxResolution,
  maxResolutions,
} from './vocabulary.ts';
