import type {
  ProcedureErrorCode,
  ProcedureInput,
  ProcedureOutput,
  ProcedureName as TableName,
} from '@restage/contract';
import type { ErrorCode } from '@restage/errors';
import type { ProcedureName, ServerErrorCode } from './errors/client-codes.ts';
import type { kinds, Procedures } from './wire.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

/** The same fields with the same types; intersections are flattened first, and arrays are spelt one way. */
type Plain<T> = T extends (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;

/** The procedures of which the client's part differs from the table's, which must be none. */
type Differing = {
  [Name in TableName]: Equal<Plain<Procedures[Name]['input']>, Plain<ProcedureInput<Name>>> extends true
    ? Equal<Plain<Procedures[Name]['output']>, Plain<ProcedureOutput<Name>>> extends true
      ? Equal<Procedures[Name]['code'], ProcedureErrorCode<Name>> extends true
        ? never
        : `${Name}: codes`
      : `${Name}: output`
    : `${Name}: input`;
}[TableName];

holds<Equal<Differing, never>>();
holds<Equal<ProcedureName, TableName>>();
holds<Equal<ServerErrorCode, ErrorCode>>();
holds<Equal<(typeof kinds)[ProcedureName], Procedures[ProcedureName]['kind']>>();
