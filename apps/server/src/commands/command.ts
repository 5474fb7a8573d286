import type { OperatorContext } from '@restage/core';
import type { Failure } from '@restage/errors';
import * as z from 'zod';

/** What a command answers with, for people and for programs alike. */
export type Answer =
  | {
      readonly kind: 'list';
      /** The one field of the JSON document beside `next`. */
      readonly name: string;
      readonly rows: readonly object[];
      /** The fields that people see, in order; programs get all. */
      readonly columns: readonly string[];
      /** What people read when there is no row. */
      readonly none: string;
      /** What to pass on for the next page; null on the last, absent where there are no pages. */
      readonly next?: string | null;
      /** Exit code; default 0. */
      readonly exit?: number;
    }
  | { readonly kind: 'record'; readonly record: object; readonly remark?: string };

/** A command line that makes no sense, as one line. */
export interface Misuse {
  readonly misuse: string;
}

/** One verb of the command line, checked before anything is opened. */
export interface Command {
  readonly about: string;
  /** The names of what stands behind the verb, in order; the other fields are options. */
  readonly parameters: readonly string[];
  readonly fields: z.ZodRawShape;
  prepare(given: Readonly<Record<string, unknown>>): Prepared | Misuse;
}

/** Does a command whose arguments have been read. */
export type Prepared = (ctx: OperatorContext) => Promise<Answer | Failure>;

/** Declares a command. `fields` reads the text of each argument; `run` gets what became of it. */
export function command<Fields extends z.ZodRawShape>(declared: {
  readonly about: string;
  readonly parameters?: readonly (keyof Fields & string)[];
  readonly fields: Fields;
  readonly run: (ctx: OperatorContext, given: z.output<z.ZodObject<Fields>>) => Promise<Answer | Failure>;
}): Command {
  const { about, parameters = [], fields, run } = declared;
  const schema = z.object(fields);
  return {
    about,
    parameters,
    fields,
    prepare(given) {
      const parsed = schema.safeParse(given);
      if (parsed.success) return (ctx) => run(ctx, parsed.data);
      const issue = parsed.error.issues[0];
      const name = String(issue?.path[0]);
      return { misuse: `${spell(name, parameters)} ${issue?.message ?? 'is wrong'}` };
    },
  };
}

/** How a field is spelled on the command line. */
export function spell(name: string, parameters: readonly string[]): string {
  return parameters.includes(name) ? `<${kebab(name)}>` : `--${kebab(name)}`;
}

export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
