import type { InputCodes, ProcedureName, ProcedureOutput, procedures, VerbInput } from '@restage/contract';
import type { AccountContext } from '@restage/core';
import type { CodesOf, Failure } from '@restage/errors';
import type { StreamEvent } from './stream-event.ts';

/**
 * What implements a procedure: takes the checked input, returns the output or a failure. A subscription's output
 * is its events, as they come; its failures come before the first.
 */
export type Verb<Name extends ProcedureName> = (
  ctx: AccountContext,
  input: VerbInput<Name>,
) => Promise<Given<Name> | Failure>;

type Given<Name extends ProcedureName> = Row<Name>['kind'] extends 'subscription'
  ? AsyncIterable<StreamEvent<ProcedureOutput<Name>>>
  : ProcedureOutput<Name>;

type Row<Name extends ProcedureName> = (typeof procedures)[Name];
type Declared<Name extends ProcedureName> = Row<Name>['errors'][number];

/** The codes that a verb's failures and its procedure's input can really have. */
type Possible<Name extends ProcedureName, V extends Verb<Name>> =
  | CodesOf<ReturnType<V>>
  | InputCodes<Row<Name>['input']>;

/** `unknown` when declared and possible codes are the same set; else what is off, for the compiler to show. */
type Exact<Name extends ProcedureName, V extends Verb<Name>> = [
  Exclude<Possible<Name, V>, Declared<Name>>,
] extends [never]
  ? [Exclude<Declared<Name>, Possible<Name, V>>] extends [never]
    ? unknown
    : { readonly staleCodes: Exclude<Declared<Name>, Possible<Name, V>> }
  : { readonly undeclaredCodes: Exclude<Possible<Name, V>, Declared<Name>> };

/** A row of the procedure table with its verb. */
export interface Implementation<Name extends ProcedureName> {
  readonly name: Name;
  readonly verb: Verb<Name>;
}

/**
 * Joins a procedure and the verb that implements it. It compiles only if the codes that the procedure declares
 * are exactly those that its input and its verb can fail with: one too many is as wrong as one too few.
 */
export function implement<Name extends ProcedureName, V extends Verb<Name>>(
  name: Name,
  verb: V & Exact<Name, V>,
): Implementation<Name> {
  return { name, verb };
}
