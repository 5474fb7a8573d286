import type {
  ProcedureErrorCode as ContractErrorCode,
  FileRouteName as ContractFileRouteName,
  ProcedureName as ContractName,
  fileRouteErrors,
  ProcedureInput,
  ProcedureOutput,
} from '@restage/contract';
import type { FileRouteErrorCode, FileRouteName, ProcedureErrorCode, ProcedureName } from '@restage/errors';
import { expectTypeOf } from 'vitest';
import type { Procedures, procedureKinds } from './types.ts';

/** Flattens intersections, so that types with the same fields are equal. */
type Plain<T> = T extends (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;

/** The input, output and error codes of each procedure, in the generated types. */
type ClientProcedures = {
  [Name in ProcedureName]: {
    input: Plain<Procedures[Name]['input']>;
    output: Plain<Procedures[Name]['output']>;
    code: ProcedureErrorCode<Name>;
  };
};

/** The input, output and error codes of each procedure, in the contract. */
type ContractProcedures = {
  [Name in ContractName]: {
    input: Plain<ProcedureInput<Name>>;
    output: Plain<ProcedureOutput<Name>>;
    code: ContractErrorCode<Name>;
  };
};

expectTypeOf<ClientProcedures>().toEqualTypeOf<ContractProcedures>();
expectTypeOf<keyof Procedures>().toEqualTypeOf<ProcedureName>();
expectTypeOf<(typeof procedureKinds)[ProcedureName]>().toEqualTypeOf<Procedures[ProcedureName]['kind']>();

/** The error codes of the file routes, in the generated types and in the contract. */
type ClientFileRoutes = { [Name in FileRouteName]: FileRouteErrorCode<Name> };
type ContractFileRoutes = {
  [Name in ContractFileRouteName]: (typeof fileRouteErrors)[Name][number];
};

expectTypeOf<ClientFileRoutes>().toEqualTypeOf<ContractFileRoutes>();
