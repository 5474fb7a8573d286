import { SuperJSON } from 'superjson';

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** Whether a value is in superjson's envelope, and not plain JSON. */
function isEnvelope(value: unknown): value is { readonly json: unknown; readonly meta?: unknown } {
  return isObject(value) && 'json' in value;
}

/**
 * The plain JSON of an envelope. superjson writes −0 as the text "-0" and annotates the field as a number: that is the
 * only annotation which is followed, and gives 0. Inputs are flat, so only the fields of the object itself count.
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
 * superjson both ways, as tRPC's client expects; plain JSON is accepted too, so that curl can call. Inputs are
 * plain JSON by contract, so what an envelope says of types is not followed: nothing that a caller sends
 * can revive a RegExp, a giant BigInt or a prototype here.
 */
export const transformer = {
  input: {
    serialize: (value: unknown) => SuperJSON.serialize(value),
    deserialize: (value: unknown): unknown => (isEnvelope(value) ? openEnvelope(value) : value),
  },
  output: {
    // Outputs are plain JSON by contract too, so there is nothing of theirs that superjson would have to describe.
    serialize: (value: unknown): { readonly json: unknown } => ({ json: value }),
    deserialize: (value: Parameters<typeof SuperJSON.deserialize>[0]): unknown =>
      SuperJSON.deserialize(value),
  },
};
