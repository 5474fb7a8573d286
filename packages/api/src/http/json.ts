import { randomUUID } from 'node:crypto';
import { type Failure, fail } from '@restage/errors';

/** How deep a body may nest, and how many values it may hold: requests are flat, and have a dozen fields. */
const maxDepth = 32;
const maxValues = 10_000;

/** From this many bytes on, a data: URI stays bytes. */
const attachmentBytes = 65_536;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);
const dataScheme = '"data:';
/** White space that base64 may hold, and a string of JSON may not. */
const breaks = Buffer.from('\t\n\f\r');

/**
 * Parses a body. Its bytes are looked over first, so that a bomb of brackets is refused before anything is
 * built of it, and so that a long data: URI is never made a string, which would stand in memory twice more:
 * its bytes become an attachment, and a word of our own stands in its place.
 */
export function parseJson(
  bytes: Buffer,
  attachments: Map<string, Uint8Array>,
): unknown | Failure<'INVALID_REQUEST'> {
  const long = survey(bytes);
  if (typeof long === 'string') return fail('INVALID_REQUEST', long);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(replace(bytes, long, attachments)));
  } catch {
    // What is wrong with it is the sender's to find out; the parser's words would quote the body.
    return fail('INVALID_REQUEST', notJson);
  }
}

const notJson = 'The body is not valid JSON in UTF-8.';

/** Where a string stands: the offsets of its quotes. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Finds the long data: URIs, or says why the body is not worth parsing. */
function survey(bytes: Buffer): Span[] | string {
  const long: Span[] = [];
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      const end = endOfString(bytes, at);
      if (end < 0) return notJson;
      if (end - at > attachmentBytes && isPlainDataUri(bytes.subarray(at, end)))
        long.push({ start: at, end });
      at = end;
    } else if (byte === comma || openers.has(byte)) {
      values += 1;
      if (byte !== comma) depth += 1;
      if (depth > maxDepth) return `The body nests deeper than ${maxDepth} levels.`;
      if (values > maxValues) return `The body has more than ${maxValues} values.`;
    } else if (closers.has(byte)) {
      depth -= 1;
    }
  }
  return long;
}

/** The offset of the quote that ends the string which begins at `start`; −1 where none does. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = bytes.indexOf(quote, at);
    if (at < 0) return -1;
    let escapes = 0;
    while (bytes[at - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
}

/** Whether a string of JSON is a data: URI, and what it says is what its bytes are. */
function isPlainDataUri(text: Buffer): boolean {
  const scheme = text.toString('latin1', 0, dataScheme.length).toLowerCase();
  return scheme === dataScheme && !text.includes(backslash) && breaks.every((each) => !text.includes(each));
}

function replace(bytes: Buffer, spans: readonly Span[], attachments: Map<string, Uint8Array>): Buffer {
  if (spans.length === 0) return bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    const word = `attachment:${randomUUID()}`;
    attachments.set(word, bytes.subarray(start + 1, end));
    parts.push(bytes.subarray(from, start + 1), Buffer.from(word));
    from = end;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
