import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { constants, crc32, createDeflate, type Deflate } from 'node:zlib';
import { arenas } from '../wasm/arena.ts';
import { i8x16, i32, kernel, loop } from '../wasm/assemble.ts';

/** 8-bit pixels that come by rows. */
export interface PixelRows {
  readonly width: number;
  readonly height: number;
  /** Three are sRGB, one is grey. */
  readonly channels: 1 | 3;
  /** Writes one row; called once for each, from the top. */
  row(y: number, out: Uint8Array): void;
}

/** The rows of pixels that are there already. */
export function pixelRows(data: Uint8Array, width: number, height: number, channels: 1 | 3): PixelRows {
  const bytes = width * channels;
  const row = (y: number, out: Uint8Array) => out.set(data.subarray(y * bytes, (y + 1) * bytes));
  return { width, height, channels, row };
}

/**
 * Writes a PNG (W3C, third edition). Bands of rows are compressed on the thread pool while the rows after them are made.
 * In the filtered pixels only runs are looked for: grain and flat colour become about as small in half the time.
 */
export async function writePng(path: string, rows: PixelRows): Promise<void> {
  const deflate = createDeflate({ level: 1, strategy: constants.Z_RLE, memLevel: 9, chunkSize: bandBytes });
  const pixels: Buffer[] = [];
  deflate.on('data', (part: Buffer) => pixels.push(part));
  await Promise.all([once(deflate, 'end'), compress(rows, deflate)]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(rows.width, 0);
  header.writeUInt32BE(rows.height, 4);
  // Eight bits, grey or RGB, deflate, the usual filters, not interlaced.
  header.set([8, rows.channels === 1 ? 0 : 2, 0, 0, 0], 8);
  const file = await open(path, 'w');
  try {
    await file.writev([
      signature,
      ...chunk('IHDR', [header]),
      ...chunk('IDAT', pixels),
      ...chunk('IEND', []),
    ]);
  } finally {
    await file.close();
  }
}

/** Hands a band on when the one before it is compressed: the one after it is made in its place. */
async function compress(rows: PixelRows, deflate: Deflate): Promise<void> {
  const next = createBands(rows);
  let compressed: Promise<unknown> = Promise.resolve();
  for (let band = next(); band !== undefined; band = next()) {
    const bytes = band;
    await compressed;
    compressed = new Promise((resolve) => deflate.write(bytes, resolve));
  }
  deflate.end();
}

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, parts: readonly Buffer[]): readonly Buffer[] {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, 0),
    0,
  );
  head.write(type, 4, 'latin1');
  const check = Buffer.alloc(4);
  check.writeUInt32BE(parts.reduce((sum, part) => crc32(part, sum), crc32(head.subarray(4))));
  return [head, ...parts, check];
}

/** Filters a row by the one above it: PNG's filter 2. Up to 15 bytes behind the row are written, too. */
const filterRow = kernel(
  ['above', 'row', 'out', 'bytes'],
  ({ arguments: { above, row, out, bytes }, locals }) => {
    const [i] = locals('i32', 1);
    const at = (block: typeof row) => i8x16.load(i32.add(block, i));
    return [
      i32.store8(out, i32.const(2)),
      loop(i, i32.const(0), bytes, 16, [i8x16.store(i32.add(out, i), i8x16.sub(at(row), at(above)), 1)]),
    ];
  },
);
const arenaOf = arenas({ filterRow });
/** Bytes of a band, about: so large that few are handed over, since each waits for its thread on a busy machine. */
const bandBytes = 1_048_576;

/**
 * Makes rows and filters them.
 * @returns gives the next band, or undefined when all rows are made. A band stands until the second call after it.
 */
function createBands({ width, height, channels, row }: PixelRows): () => Uint8Array | undefined {
  const bytes = width * channels;
  const most = Math.max(1, Math.min(height, Math.floor(bandBytes / (bytes + 1))));
  const { kernels, ...arena } = arenaOf((bytes + 1) * (most * 2 + 2) + 256);
  let [above, here] = [arena.bytes(bytes), arena.bytes(bytes)];
  let [band, other] = [arena.bytes(most * (bytes + 1)), arena.bytes(most * (bytes + 1))];
  let y = 0;
  return () => {
    if (y === height) return undefined;
    [band, other] = [other, band];
    const count = Math.min(most, height - y);
    for (let n = 0; n < count; n++, y++) {
      row(y, here.view);
      kernels.filterRow({ above: above.at, row: here.at, out: band.at + n * (bytes + 1), bytes });
      [above, here] = [here, above];
    }
    return band.view.subarray(0, count * (bytes + 1));
  };
}
