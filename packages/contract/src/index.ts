export { filenameType, isFilename } from './filename.ts';
export { type FileRouteName, fileRouteErrors } from './files.ts';
export { idPrefixes, idTime, isId, newId, uuidOf } from './ids.ts';
export { Input, type InputAccepted, type InputCodes, type InputSent } from './input.ts';
export { limits, outputBoxes, outputSize, type Size, uploadExtensions } from './limits.ts';
export { defaultPrices, type MeterId, meterOf, meters, type PriceTable, price } from './pricing.ts';
export type { Procedure, RestBinding } from './procedure.ts';
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
} from './procedures.ts';
export { received } from './received.ts';
export type {
  AccountBilling,
  AccountInfo,
  Job,
  JobPage,
  Output,
  Quote,
  Upload,
} from './resources.ts';
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
