import { parse as uuidBytes, v7 } from 'uuid';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** The prefix of each kind of id. */
export const idPrefixes = {
  account: 'acc_',
  apiKey: 'key_',
  upload: 'upload_',
  generation: 'swx_',
  /** A webhook delivery. Its id is sent as the `webhook-id` header. */
  delivery: 'msg_',
} as const;
type IdKind = keyof typeof idPrefixes;

/**
 * Creates an id: a prefix and a UUIDv7 as 26 characters of Crockford's base 32, so that ids sort by time.
 * @param now Unix milliseconds
 * @param random fills 16 bytes with random values
 */
export function newId(kind: IdKind, now: number, random: (bytes: Uint8Array) => Uint8Array): string {
  const bytes = uuidBytes(v7({ msecs: now, random: random(new Uint8Array(16)) }));
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let position = 0; position < 26; position += 1) {
    text = alphabet[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return idPrefixes[kind] + text;
}

/** Returns when an id was created, in Unix milliseconds: the first 48 bits of its UUIDv7. */
export function getIdTime(id: string): number {
  let value = 0n;
  for (const digit of id.slice(-26)) value = (value << 5n) | BigInt(alphabet.indexOf(digit));
  return Number(value >> 80n);
}

/** Whether a value is a well-formed id of a kind. */
export function isId(kind: IdKind, value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const prefix = idPrefixes[kind];
  return value.startsWith(prefix) && /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(value.slice(prefix.length));
}

/** Converts a well-formed id to its UUID. */
export function toUuid(id: string): string {
  let value = 0n;
  for (const letter of id.slice(-26)) value = (value << 5n) | BigInt(alphabet.indexOf(letter));
  const hex = value.toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
