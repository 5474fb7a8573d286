import type { fileRouteCodes, procedureCodes } from './generated/procedure-codes.ts';

/** The name of a procedure in the API, such as `generations.start`. */
export type ProcedureName = keyof typeof procedureCodes;

/** Exactly the codes that a procedure can fail with. */
export type ProcedureErrorCode<Name extends ProcedureName> = (typeof procedureCodes)[Name][number];

/** The name of a signed URL's route: the PUT of an upload, or the GET of an output. */
export type FileRouteName = keyof typeof fileRouteCodes;

/** Exactly the codes that a signed URL's route can fail with. */
export type FileRouteErrorCode<Name extends FileRouteName> = (typeof fileRouteCodes)[Name][number];
