import type {
  ProcedureErrorCode,
  ProcedureInput,
  ProcedureOutput,
  ProcedureName as TableName,
} from '@restage/contract';
import type { ErrorCode } from '@restage/errors';
import { expectTypeOf } from 'vitest';
import type { ProcedureName, ServerErrorCode } from './errors/client-codes.ts';
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
    code: Procedures[Name]['code'];
  };
};

/** The same, as the table of the contract has it. */
type TableProcedures = {
  [Name in TableName]: {
    input: Plain<ProcedureInput<Name>>;
    output: Plain<ProcedureOutput<Name>>;
    code: ProcedureErrorCode<Name>;
  };
};

expectTypeOf<ClientProcedures>().toEqualTypeOf<TableProcedures>();
expectTypeOf<ServerErrorCode>().toEqualTypeOf<ErrorCode>();
expectTypeOf<(typeof kinds)[ProcedureName]>().toEqualTypeOf<Procedures[ProcedureName]['kind']>();
