import type { InputCodes, ProcedureName, ProcedureOutput, procedures, VerbInput } from '@restage/contract';
import type { AccountContext } from '@restage/core';
import type { CodesOf, Failure } from '@restage/errors';
import type { StreamEvent } from './stream-event.ts';

/**
 * Implements a procedure: takes the validated input, and returns the output or a failure. The output of a subscription is
 * its stream of events. It can fail only before the first event.
 */
export type Verb<Name extends ProcedureName> = (
  ctx: AccountContext,
  input: VerbInput<Name>,
) => Promise<VerbOutput<Name> | Failure>;

type VerbOutput<Name extends ProcedureName> = Row<Name>['kind'] extends 'subscription'
  ? AsyncIterable<StreamEvent<ProcedureOutput<Name>>>
  : ProcedureOutput<Name>;

type Row<Name extends ProcedureName> = (typeof procedures)[Name];
type DeclaredCodes<Name extends ProcedureName> = Row<Name>['errors'][number];

/** The error codes that a verb and the validation of its input can return. */
type PossibleCodes<Name extends ProcedureName, V extends Verb<Name>> =
  | CodesOf<ReturnType<V>>
  | InputCodes<Row<Name>['input']>;

/** `true` if both unions of codes are the same, otherwise the difference, which the compiler shows. */
export type SameCodes<Possible extends string, Declared extends string> = [
  Exclude<Possible, Declared>,
] extends [never]
  ? [Exclude<Declared, Possible>] extends [never]
    ? true
    : { readonly staleCodes: Exclude<Declared, Possible> }
  : { readonly undeclaredCodes: Exclude<Possible, Declared> };

/** `unknown`, which accepts any verb, if the verb can return exactly the declared codes; otherwise the difference. */
type ExactCodes<Name extends ProcedureName, V extends Verb<Name>> =
  SameCodes<PossibleCodes<Name, V>, DeclaredCodes<Name>> extends true
    ? unknown
    : SameCodes<PossibleCodes<Name, V>, DeclaredCodes<Name>>;

/** A verb for every procedure. */
type Verbs = { readonly [Name in ProcedureName]: Verb<Name> };

/**
 * Connects the procedure table to the verbs that implement it. It compiles only if every procedure has a verb, if there is no
 * other name, and if each procedure declares exactly the codes that its verb and the validation of its input can return.
 */
export function implementAll<const V extends Verbs>(
  verbs: V & {
    readonly [Name in keyof V]: Name extends ProcedureName
      ? ExactCodes<Name, Extract<V[Name], Verb<Name>>>
      : never;
  },
): V {
  return verbs;
}
