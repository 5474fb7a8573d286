import type {
  ProcedureErrorCode as DeclaredErrorCode,
  fileRouteErrors,
  ProcedureInput,
  ProcedureOutput,
  FileRouteName as TableFileRouteName,
  ProcedureName as TableName,
} from '@restage/contract';
import type { FileRouteErrorCode, FileRouteName, ProcedureErrorCode, ProcedureName } from '@restage/errors';
import { expectTypeOf } from 'vitest';
import type { kinds, Procedures } from './wire.ts';

/** The same fields with the same types; intersections are flattened first, and arrays are spelt one way. */
type Plain<T> = T extends (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;

/** What each procedure takes, gives and fails with, as the client has it. */
type ClientProcedures = {
  [Name in ProcedureName]: {
    input: Plain<Procedures[Name]['input']>;
    output: Plain<Procedures[Name]['output']>;
    code: ProcedureErrorCode<Name>;
  };
};

/** The same, as the table of the contract has it. */
type TableProcedures = {
  [Name in TableName]: {
    input: Plain<ProcedureInput<Name>>;
    output: Plain<ProcedureOutput<Name>>;
    code: DeclaredErrorCode<Name>;
  };
};

expectTypeOf<ClientProcedures>().toEqualTypeOf<TableProcedures>();
expectTypeOf<keyof Procedures>().toEqualTypeOf<ProcedureName>();
expectTypeOf<(typeof kinds)[ProcedureName]>().toEqualTypeOf<Procedures[ProcedureName]['kind']>();

/** The codes of the routes of signed URLs, as the client and as the contract have them. */
type ClientFileRoutes = { [Name in FileRouteName]: FileRouteErrorCode<Name> };
type TableFileRoutes = {
  [Name in TableFileRouteName]: (typeof fileRouteErrors)[Name][number];
};

expectTypeOf<ClientFileRoutes>().toEqualTypeOf<TableFileRoutes>();
