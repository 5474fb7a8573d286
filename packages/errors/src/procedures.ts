import type { fileRouteCodes, procedureCodes } from './generated/procedure-codes.ts';

/** The name of a procedure, as on the wire: `generations.start`. */
export type ProcedureName = keyof typeof procedureCodes;

/** Exactly the codes that a call of a procedure can be refused with. */
export type ProcedureErrorCode<Name extends ProcedureName> = (typeof procedureCodes)[Name][number];

/** The name of a route of signed URLs: the PUT of an upload, or the GET of an output. */
export type FileRouteName = keyof typeof fileRouteCodes;

/** Exactly the codes that a route of signed URLs can answer with. */
export type FileRouteErrorCode<Name extends FileRouteName> = (typeof fileRouteCodes)[Name][number];
