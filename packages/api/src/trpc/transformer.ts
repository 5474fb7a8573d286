import { SuperJSON } from 'superjson';

/** Whether a value is in superjson's envelope, and not plain JSON. */
function isEnvelope(value: unknown): value is { json: unknown } {
  return typeof value === 'object' && value !== null && 'json' in value;
}

/**
 * superjson both ways, as tRPC's client expects; plain JSON is accepted too, so that curl can call. Inputs are
 * plain JSON by contract, so what an envelope says of types is not followed: nothing that a caller sends
 * can revive a RegExp, a giant BigInt or a prototype here.
 */
export const transformer = {
  input: {
    serialize: (value: unknown) => SuperJSON.serialize(value),
    deserialize: (value: unknown): unknown => (isEnvelope(value) ? value.json : value),
  },
  output: {
    // Outputs are plain JSON by contract too, so there is nothing of theirs that superjson would have to describe.
    serialize: (value: unknown): { readonly json: unknown } => ({ json: value }),
    deserialize: (value: Parameters<typeof SuperJSON.deserialize>[0]): unknown =>
      SuperJSON.deserialize(value),
  },
};
