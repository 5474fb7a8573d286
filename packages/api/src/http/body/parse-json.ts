import { randomUUID } from 'node:crypto';
import { type Failure, fail } from '@restage/errors';

/** Limits of a body's nesting and values. Requests are flat, and have a dozen fields. */
const maxDepth = 32;
const maxValues = 10_000;

/** Longer data: URIs become largeStrings. */
const maxInlineBytes = 65_536;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);
const dataScheme = '"data:';
/** Whitespace that is allowed in base64, but not in a JSON string. */
const illegalWhitespace = Buffer.from('\t\n\f\r');

/**
 * Parses a body as JSON. Scans its bytes first, to reject deeply nested or huge values before they are created, and to replace
 * each long data: URI by a short placeholder: its bytes become an attachment, and are never copied into a string.
 */
export function parseJson(
  bytes: Buffer,
  largeStrings: Map<string, Uint8Array>,
): unknown | Failure<'INVALID_REQUEST'> {
  const spans = scanLargeStrings(bytes);
  if (typeof spans === 'string') return fail('INVALID_REQUEST', spans);
  try {
    return JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(extractStrings(bytes, spans, largeStrings)),
    );
  } catch {
    // The parser's own message would quote the body.
    return fail('INVALID_REQUEST', notJson);
  }
}

const notJson = 'The body must be valid JSON in UTF-8.';

/** The position of a string: the offsets of its quotes. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Finds the large data: URIs, or returns why the body is invalid. */
function scanLargeStrings(bytes: Buffer): Span[] | string {
  const spans: Span[] = [];
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      const end = findStringEnd(bytes, at);
      if (end < 0) return notJson;
      if (end - at > maxInlineBytes && isPlainDataUri(bytes.subarray(at, end)))
        spans.push({ start: at, end });
      at = end;
    } else if (byte === comma || openers.has(byte)) {
      values += 1;
      if (byte !== comma) depth += 1;
      if (depth > maxDepth) return `The body must nest at most ${maxDepth} levels deep.`;
      if (values > maxValues) return `The body must have at most ${maxValues} values.`;
    } else if (closers.has(byte)) {
      depth -= 1;
    }
  }
  return spans;
}

/** Finds the closing quote of the string that starts at `start`; −1 if there is none. */
function findStringEnd(bytes: Buffer, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = bytes.indexOf(quote, at);
    if (at < 0) return -1;
    let escapes = 0;
    while (bytes[at - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
}

/** Whether a JSON string is a data: URI without escapes, so that its bytes are its value. */
function isPlainDataUri(text: Buffer): boolean {
  const scheme = text.toString('latin1', 0, dataScheme.length).toLowerCase();
  return (
    scheme === dataScheme &&
    !text.includes(backslash) &&
    illegalWhitespace.every((byte) => !text.includes(byte))
  );
}

/** Replaces each string by a placeholder, and adds its bytes to the largeStrings under that placeholder. */
function extractStrings(
  bytes: Buffer,
  spans: readonly Span[],
  largeStrings: Map<string, Uint8Array>,
): Buffer {
  if (spans.length === 0) return bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    const placeholder = `attachment:${randomUUID()}`;
    largeStrings.set(placeholder, bytes.subarray(start + 1, end));
    parts.push(bytes.subarray(from, start + 1), Buffer.from(placeholder));
    from = end;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
