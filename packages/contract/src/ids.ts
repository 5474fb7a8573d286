import { parse as uuidBytes, v7 } from 'uuid';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** The prefixes of ids, which say what an id is of. */
export const idPrefixes = {
  account: 'acc_',
  apiKey: 'key_',
  upload: 'upload_',
  generation: 'swx_',
  /** A webhook delivery: its id is the `webhook-id`. */
  delivery: 'msg_',
} as const;
type Kind = keyof typeof idPrefixes;

/**
 * Makes an id: a prefix and a UUIDv7 in Crockford's base 32, 26 characters, so that ids sort by time.
 * @param now Unix milliseconds
 * @param random fills 16 bytes
 */
export function newId(kind: Kind, now: number, random: (bytes: Uint8Array) => Uint8Array): string {
  const bytes = uuidBytes(v7({ msecs: now, random: random(new Uint8Array(16)) }));
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let position = 0; position < 26; position += 1) {
    text = digits[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return idPrefixes[kind] + text;
}

/** When an id was made, in Unix milliseconds: the first 48 bits of its UUIDv7. */
export function idTime(id: string): number {
  let value = 0n;
  for (const digit of id.slice(-26)) value = (value << 5n) | BigInt(digits.indexOf(digit));
  return Number(value >> 80n);
}

/** Whether a string from outside has the form of an id of this kind. */
export function isId(kind: Kind, value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const prefix = idPrefixes[kind];
  return value.startsWith(prefix) && /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(value.slice(prefix.length));
}

/** The UUID that an id of ours holds; see {@link isId} for what is one. */
export function uuidOf(id: string): string {
  let value = 0n;
  for (const letter of id.slice(-26)) value = (value << 5n) | BigInt(digits.indexOf(letter));
  const hex = value.toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
