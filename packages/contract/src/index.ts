export { idPrefixes, idTime, isId, newId, uuidOf } from './ids.ts';
export { getFilenameType, isFilename } from './input/filename.ts';
export { Input, type InputCodes, type ParsedInput, type RawInput } from './input/input.ts';
export { received } from './input/received.ts';
export { limits, uploadExtensions } from './limits.ts';
export { outputBoxes, outputSize, type Size } from './output-size.ts';
export { defaultPrices, type MeterId, meterOf, meters, type PriceTable, price } from './pricing.ts';
export type { Procedure, RestBinding } from './procedures/define-procedure.ts';
export { type FileRouteName, fileRouteErrors } from './procedures/file-routes.ts';
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
