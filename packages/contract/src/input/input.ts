import { type ErrorCode, type Failure, fail, type PlainErrorCode } from '@restage/errors';
import * as z from 'zod';
import { formatReceived } from './format-received.ts';

type Shape = Record<string, z.ZodType>;
type RawFields = Readonly<Record<string, unknown>>;

/** Characters that PostgreSQL can't store as text: NUL and lone surrogates. */
const unstorableCharacter = /[\0\p{Surrogate}]/u;

/** One check of an input: reads the raw fields, adds to the parsed ones, or returns a failure. */
type Step<Code extends ErrorCode> = (
  raw: RawFields,
  parsed: Record<string, unknown>,
) => Failure<Code> | undefined;

interface FieldOptions {
  /** Whether a blank string counts as an absent field. */
  readonly blankIsAbsent?: boolean;
  /** If it returns false for the fields parsed so far, the field is ignored. */
  readonly when?: (parsed: RawFields) => boolean;
}

/**
 * The input of a procedure: its schema, and its checks in order. The first failed check decides the error, so that a request
 * with several problems always gets the same code. `Codes` is the exact union of codes that {@link Input.parse} can return.
 */
export class Input<S extends Shape = Shape, Codes extends ErrorCode = ErrorCode> {
  readonly #steps: readonly Step<Codes>[];
  /** The schema of all fields, for OpenAPI and the docs. */
  readonly schema: z.ZodObject<S>;

  private constructor(shape: S, steps: readonly Step<Codes>[]) {
    this.schema = z.object(shape);
    this.#steps = steps;
  }

  /** Creates an input without fields. Anything but an object is INVALID_REQUEST. */
  static object(): Input<Record<never, never>, 'INVALID_REQUEST'> {
    return new Input({}, []);
  }

  /**
   * Adds a field.
   * @param accepts what is accepted, for a message like "x must be …"; or a function that returns the rule that a value
   * breaks, such as "must not …"
   */
  field<const Name extends string, Schema extends z.ZodType, const Code extends PlainErrorCode>(
    name: Name,
    schema: Schema,
    code: Code,
    accepts: string | ((value: unknown) => string | undefined),
    options: FieldOptions = {},
  ): Input<S & Record<Name, Schema>, Codes | Code> {
    const step: Step<Code> = (raw, parsed) => {
      if (options.when && !options.when(parsed)) return undefined;
      const value = options.blankIsAbsent && isBlank(raw[name]) ? undefined : normalizeValue(raw[name]);
      const unstorable = typeof value === 'string' ? unstorableCharacter.exec(value) : null;
      if (unstorable) {
        const problem = `${unstorable[0] === '\0' ? 'NUL' : 'a lone surrogate'} at index ${unstorable.index}`;
        const message = `${name} must be well-formed Unicode text without NUL characters; received ${problem}.`;
        return fail(code, message, { param: name });
      }
      const result = schema.safeParse(value);
      if (!result.success) {
        const rule = typeof accepts === 'string' ? `must be ${accepts}` : accepts(value);
        return fail(code, `${name} ${rule}; received ${formatReceived(value)}.`, { param: name });
      }
      if (result.data !== undefined) parsed[name] = result.data;
      return undefined;
    };
    const shape = { ...this.schema.shape, [name]: schema } as S & Record<Name, Schema>;
    return new Input(shape, [...this.#steps, step] as Step<Codes | Code>[]);
  }

  /**
   * Adds a rule over several fields.
   * @param check gets the raw fields, in which null and blank values are unchanged, and the fields parsed so far. It
   * returns an error message, or undefined
   */
  rule<const Code extends PlainErrorCode>(
    code: Code,
    param: string,
    check: (raw: RawFields, parsed: RawFields) => string | undefined,
  ): Input<S, Codes | Code> {
    const step: Step<Code> = (raw, parsed) => {
      const message = check(raw, parsed);
      return message === undefined ? undefined : fail(code, message, { param });
    };
    return new Input(this.schema.shape as S, [...this.#steps, step] as Step<Codes | Code>[]);
  }

  /** Parses a request. `null` means absent; unknown fields are ignored. */
  parse(body: unknown): z.output<z.ZodObject<S>> | Failure<Codes> {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      // Every input starts with object(), so `Codes` includes INVALID_REQUEST.
      return fail(
        'INVALID_REQUEST',
        `The body must be a JSON object; received ${formatReceived(body)}.`,
      ) as Failure<Codes>;
    }
    const parsed: Record<string, unknown> = {};
    for (const step of this.#steps) {
      const failure = step(body as RawFields, parsed);
      if (failure) return failure;
    }
    return parsed as z.output<z.ZodObject<S>>;
  }
}

/** Normalizes a field's value: null becomes undefined, and −0 becomes 0. */
function normalizeValue(value: unknown): unknown {
  return Object.is(value, -0) ? 0 : (value ?? undefined);
}

/** Whether a field is absent, null or a string of only white space. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The codes that an input's checks can fail with. */
export type InputCodes<I> = I extends Input<Shape, infer Codes> ? Codes : never;

/** The type that a caller sends. */
export type RawInput<I> = I extends Input<infer S, ErrorCode> ? z.input<z.ZodObject<S>> : undefined;

/** The type that a verb receives. */
export type ParsedInput<I> = I extends Input<infer S, ErrorCode> ? z.output<z.ZodObject<S>> : undefined;
