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

/** `true` when both unions of codes are the same; else what is off, for the compiler to show. */
export type SameCodes<Possible extends string, Declared extends string> = [
  Exclude<Possible, Declared>,
] extends [never]
  ? [Exclude<Declared, Possible>] extends [never]
    ? true
    : { readonly staleCodes: Exclude<Declared, Possible> }
  : { readonly undeclaredCodes: Exclude<Possible, Declared> };

/** `unknown`, to which any verb fits, when the verb's codes are those of its procedure; else what is off. */
type Exact<Name extends ProcedureName, V extends Verb<Name>> =
  SameCodes<Possible<Name, V>, Declared<Name>> extends true
    ? unknown
    : SameCodes<Possible<Name, V>, Declared<Name>>;

/** A verb for every procedure. */
type Verbs = { readonly [Name in ProcedureName]: Verb<Name> };

/**
 * Joins the procedure table and the verbs that implement it. It compiles only if every procedure has a verb and no other
 * name is there, and if for each the codes that it declares are exactly those that its input and its verb can fail with: one too
 * many is as wrong as one too few.
 */
export function implementAll<const V extends Verbs>(
  verbs: V & {
    readonly [Name in keyof V]: Name extends ProcedureName
      ? Exact<Name, Extract<V[Name], Verb<Name>>>
      : never;
  },
): V {
  return verbs;
}
