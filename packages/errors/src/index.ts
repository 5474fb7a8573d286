export { catalogue, type ErrorCode, errorCodes, isErrorCode } from './catalogue.ts';
export { decodeEnvelope, type Envelope, encodeEnvelope } from './envelope.ts';
export {
  type CodesOf,
  type Failure,
  type FailureDetails,
  fail,
  isFailure,
  type SuccessOf,
} from './failure.ts';
