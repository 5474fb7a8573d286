import { type ErrorCode, type Failure, fail, type PlainErrorCode } from '@restage/errors';
import * as z from 'zod';
import { received } from './received.ts';

type Shape = Record<string, z.ZodType>;
type Raw = Readonly<Record<string, unknown>>;

/** What PostgreSQL can't store in a text: NUL, and lone surrogates, which no encoding has. */
const unstorableCharacter = /[\0\p{Surrogate}]/u;

/** What each step of an input does: sees what was sent, adds to what was accepted, or ends with a failure. */
type Step<Code extends ErrorCode> = (
  raw: Raw,
  accepted: Record<string, unknown>,
) => Failure<Code> | undefined;

interface FieldOptions {
  /** The value that stands for an absent or blank field is dropped before the schema sees it. */
  readonly blankIsAbsent?: boolean;
  /** Where this says no, the field is ignored, whatever it holds. */
  readonly when?: (accepted: Raw) => boolean;
}

/**
 * A procedure's input: its schema, and the checks in the order in which their codes are given. The first
 * fault wins, so that a request with several faults always gets the same code. `Codes` is the exact union
 * of codes that {@link Input.parse} can fail with.
 */
export class Input<S extends Shape = Shape, Codes extends ErrorCode = ErrorCode> {
  readonly #steps: readonly Step<Codes>[];
  /** The fields' schemas, for OpenAPI and the docs. */
  readonly schema: z.ZodObject<S>;

  private constructor(shape: S, steps: readonly Step<Codes>[]) {
    this.schema = z.object(shape);
    this.#steps = steps;
  }

  /** An input without fields; anything but an object is refused as INVALID_REQUEST. */
  static object(): Input<Record<never, never>, 'INVALID_REQUEST'> {
    return new Input({}, []);
  }

  /**
   * Adds a field.
   * @param accepts what the message says is accepted, as in "must be …", or what it says of a value, as in "must not …"
   */
  field<const Name extends string, Schema extends z.ZodType, const Code extends PlainErrorCode>(
    name: Name,
    schema: Schema,
    code: Code,
    accepts: string | ((value: unknown) => string | undefined),
    options: FieldOptions = {},
  ): Input<S & Record<Name, Schema>, Codes | Code> {
    const step: Step<Code> = (raw, accepted) => {
      if (options.when && !options.when(accepted)) return undefined;
      const value = options.blankIsAbsent && isBlank(raw[name]) ? undefined : toValue(raw[name]);
      const unstorable = typeof value === 'string' ? unstorableCharacter.exec(value) : null;
      if (unstorable) {
        const found = `${unstorable[0] === '\0' ? 'NUL' : 'a lone surrogate'} at index ${unstorable.index}`;
        const message = `${name} must be well-formed Unicode text without NUL characters; received ${found}.`;
        return fail(code, message, { param: name });
      }
      const parsed = schema.safeParse(value);
      if (!parsed.success) {
        const rule = typeof accepts === 'string' ? `must be ${accepts}` : accepts(value);
        return fail(code, `${name} ${rule}; received ${received(value)}.`, { param: name });
      }
      if (parsed.data !== undefined) accepted[name] = parsed.data;
      return undefined;
    };
    const shape = { ...this.schema.shape, [name]: schema } as S & Record<Name, Schema>;
    return new Input(shape, [...this.#steps, step] as Step<Codes | Code>[]);
  }

  /**
   * Adds a rule over several fields.
   * @param check sees the fields as they were sent (null and blank are for it to judge) and those accepted so
   * far, and gives the message of the fault, if there is one
   */
  rule<const Code extends PlainErrorCode>(
    code: Code,
    param: string,
    check: (raw: Raw, accepted: Raw) => string | undefined,
  ): Input<S, Codes | Code> {
    const step: Step<Code> = (raw, accepted) => {
      const message = check(raw, accepted);
      return message === undefined ? undefined : fail(code, message, { param });
    };
    return new Input(this.schema.shape as S, [...this.#steps, step] as Step<Codes | Code>[]);
  }

  /** Checks what was sent. `null` means absent; unknown fields are ignored. */
  parse(sent: unknown): z.output<z.ZodObject<S>> | Failure<Codes> {
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
      // Every input starts from object(), whose codes hold INVALID_REQUEST.
      return fail(
        'INVALID_REQUEST',
        `The body must be a JSON object; received ${received(sent)}.`,
      ) as Failure<Codes>;
    }
    const accepted: Record<string, unknown> = {};
    for (const step of this.#steps) {
      const failure = step(sent as Raw, accepted);
      if (failure) return failure;
    }
    return accepted as z.output<z.ZodObject<S>>;
  }
}

/** A field's value as schemas see it: null is absent, and −0 is 0. */
function toValue(sent: unknown): unknown {
  return Object.is(sent, -0) ? 0 : (sent ?? undefined);
}

/** Whether a field is absent, null, or text of nothing but white space. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The codes that an input's fields and rules can fail with. */
export type InputCodes<I> = I extends Input<Shape, infer Codes> ? Codes : never;

/** What a caller sends. */
export type InputSent<I> = I extends Input<infer S, ErrorCode> ? z.input<z.ZodObject<S>> : undefined;

/** What a verb gets. */
export type InputAccepted<I> = I extends Input<infer S, ErrorCode> ? z.output<z.ZodObject<S>> : undefined;
