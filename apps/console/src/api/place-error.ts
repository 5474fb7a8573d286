import type { RestageErrorCode } from '@restage/sdk';

/** Where a form shows an error: at one of its fields, or, for `form`, above its button. */
type Placement<Field extends string> = Field | 'form';

/**
 * Where a form shows each error of its call. The map has exactly the call's codes: a new code doesn't compile until the
 * form has a place for it.
 */
export type Placements<Field extends string, Code extends RestageErrorCode> = Readonly<
  Record<Code, Placement<Field>>
>;

/** An error at its place. */
export interface PlacedError<Field extends string, E> {
  readonly at: Placement<Field>;
  readonly error: E;
}

/**
 * Finds the place of an error: the field that shows the parameter that it names, or else the place of its code.
 * @param params the field of each parameter of the API that the form sends
 */
export function placeError<
  Field extends string,
  E extends { code: RestageErrorCode; param?: string | undefined },
>(
  error: E | null | undefined,
  placements: Placements<Field, E['code']>,
  params: Readonly<Record<string, Field>> = {},
): PlacedError<Field, E> | undefined {
  if (!error) return undefined;
  const named =
    error.param !== undefined && Object.hasOwn(params, error.param) ? params[error.param] : undefined;
  return { at: named ?? placements[error.code as E['code']], error };
}
