import { SuperJSON } from 'superjson';

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** Whether a value is a superjson envelope, and not plain JSON. */
function isEnvelope(value: unknown): value is { readonly json: unknown; readonly meta?: unknown } {
  return isObject(value) && 'json' in value;
}

/**
 * Reads the plain JSON of an envelope. superjson writes −0 as the text "-0", and annotates the field as a number. This is the
 * only annotation that we apply, and the result is 0. Inputs are flat, so only top-level fields matter.
 */
function openEnvelope({ json, meta }: { readonly json: unknown; readonly meta?: unknown }): unknown {
  const annotations = isObject(meta) && isObject(meta.values) ? meta.values : {};
  if (!isObject(json)) return json;
  const isNegativeZero = ([name, value]: [string, unknown]) =>
    value === '-0' && Object.hasOwn(annotations, name) && String(annotations[name]) === 'number';
  const zeros = Object.entries(json).filter(isNegativeZero);
  return zeros.length === 0 ? json : { ...json, ...Object.fromEntries(zeros.map(([name]) => [name, 0])) };
}

/**
 * Uses superjson in both directions, as tRPC's client expects, and also accepts plain JSON, for curl. Inputs are plain JSON by
 * contract, so the type annotations of an envelope are ignored: no caller can make the server create a RegExp, a huge BigInt or
 * a prototype.
 */
export const transformer = {
  input: {
    serialize: (value: unknown) => SuperJSON.serialize(value),
    deserialize: (value: unknown): unknown => (isEnvelope(value) ? openEnvelope(value) : value),
  },
  output: {
    // Outputs are plain JSON by contract too, so they need no annotations.
    serialize: (value: unknown): { readonly json: unknown } => ({ json: value }),
    deserialize: (value: Parameters<typeof SuperJSON.deserialize>[0]): unknown =>
      SuperJSON.deserialize(value),
  },
};
