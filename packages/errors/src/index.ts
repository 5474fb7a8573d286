export { type CatalogEntry, catalog, type ErrorCode, errorCodes, isErrorCode } from './catalog.ts';
export { decodeEnvelope, type Envelope, encodeEnvelope } from './envelope.ts';
export {
  type CodesOf,
  type DetailsOf,
  type ErrorCodeWith,
  type Failure,
  type FailureDetails,
  type FailureValue,
  fail,
  failWith,
  hasDetail,
  isFailure,
  type PlainErrorCode,
  type SuccessOf,
} from './failure.ts';
export { fileRouteCodes, procedureCodes } from './generated/procedure-codes.ts';
export type {
  FileRouteErrorCode,
  FileRouteName,
  ProcedureErrorCode,
  ProcedureName,
} from './procedures.ts';
