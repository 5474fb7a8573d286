import { DamagedFileError } from '../probe/reader.ts';

/** A box inside a buffer: its type and its contents, without the header. */
export interface Box {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * Lists the boxes of a buffer (ISO/IEC 14496-12, 4.2). A last box that claims more bytes than there are is cut to
 * what is there; QuickTime ends some lists with four zero bytes, which end this one too.
 * Throws DamagedFileError for a box that is shorter than its own header.
 */
export function listBoxes(buffer: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= buffer.length; ) {
    let size = buffer.readUInt32BE(at);
    let header = 8;
    if (size === 1 && at + 16 <= buffer.length) {
      size = Number(buffer.readBigUInt64BE(at + 8));
      header = 16;
    } else if (size === 0) {
      size = buffer.length - at;
    }
    if (size < header) throw new DamagedFileError('one of its boxes is shorter than its header');
    const type = buffer.toString('latin1', at + 4, at + 8);
    boxes.push({ type, body: buffer.subarray(at + header, Math.min(at + size, buffer.length)) });
    at += size;
  }
  return boxes;
}

/** The contents of the first box of a type. */
export function findBox(boxes: readonly Box[], type: string): Buffer | undefined {
  return boxes.find((box) => box.type === type)?.body;
}

/** The contents of the box that a path of types leads to, such as `mdia`, `minf`, `stbl`. */
export function findBoxAt(boxes: readonly Box[], ...path: readonly string[]): Buffer | undefined {
  let inside = boxes;
  let body: Buffer | undefined;
  for (const type of path) {
    body = findBox(inside, type);
    if (body === undefined) return undefined;
    inside = type === path.at(-1) ? [] : listBoxes(body);
  }
  return body;
}

/** An array of 32-bit fields in a box: `rows` rows of `columns` fields, as many of them as the box really holds. */
export interface Table {
  readonly rows: number;
  get(row: number, column: number): number;
}

const emptyTable: Table = { rows: 0, get: () => 0 };

/**
 * Reads a box that holds its version and flags, a count, and that many rows of 32-bit fields.
 * @param body undefined gives a table without rows
 */
export function readTable(body: Buffer | undefined, columns: number): Table {
  if (body === undefined || body.length < 8) return emptyTable;
  const rows = Math.min(body.readUInt32BE(4), Math.floor((body.length - 8) / (columns * 4)));
  return { rows, get: (row, column) => body.readUInt32BE(8 + (row * columns + column) * 4) };
}
