export { type CatalogEntry, catalog, type ErrorCode, errorCodes, isErrorCode } from './catalog.ts';
export { decodeEnvelope, type Envelope, encodeEnvelope } from './envelope.ts';
export {
  type CodesOf,
  type DetailsOf,
  type Failure,
  type FailureDetails,
  type FailureValue,
  fail,
  isFailure,
  type PlainErrorCode,
  type SuccessOf,
} from './failure.ts';
