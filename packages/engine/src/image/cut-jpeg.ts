import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

const endOfImage = Buffer.from([0xff, 0xd9]);
const progressiveFrame = 0xc2;
const startOfScan = 0xda;
/** Maximum share of a picture's rows that may be missing: decoders fill them, and viewers show that. */
const maxMissingShare = 0.5;

/** Whether libvips gave up because a JPEG ends before its end marker. */
export function isCutJpeg(error: Error): boolean {
  return error.message.includes('premature end of JPEG');
}

/**
 * Adds an end marker to a JPEG that ends too early, which makes decoders fill what is missing.
 * @returns undefined if most of the picture is missing: more than half of its rows, or, in a progressive file, any of
 *   the brightness but its last bits.
 */
export async function closeJpeg(path: string, limitInputPixels: number): Promise<Buffer | undefined> {
  const file = await readFile(path);
  const segments = readSegments(file);
  const last = segments.at(-1);
  // Where it ends within a segment's header, that would take the end marker for its own.
  const closed = Buffer.concat([
    last !== undefined && last.end > file.length ? file.subarray(0, last.start) : file,
    endOfImage,
  ]);
  const isClean = await decodesCleanly(closed, limitInputPixels);
  const scans = readScans(file, segments, isClean);
  if (scans !== undefined) return hasBrightness(scans) ? closed : undefined;
  if (isClean) return closed;
  const { data, info } = await sharp(closed, { limitInputPixels, failOn: 'none' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const missing = countFlatRows(data, info.width, info.height);
  return missing > info.height * maxMissingShare ? undefined : closed;
}

/** Whether a JPEG decodes without a warning. */
function decodesCleanly(file: Buffer, limitInputPixels: number): Promise<boolean> {
  return sharp(file, { limitInputPixels, failOn: 'warning' })
    .stats()
    .then(
      () => true,
      () => false,
    );
}

/** Counts the rows at the bottom of a grey picture that have a single value, as those filled by a decoder. */
function countFlatRows(grey: Uint8Array, width: number, height: number): number {
  let rows = 0;
  for (let y = height - 1; y >= 0; y--, rows++) {
    const row = grey.subarray(y * width, (y + 1) * width);
    if (row.some((value) => value !== row[0])) break;
  }
  return rows;
}

/** A scan of a progressive JPEG (ITU-T T.81, B.2.3): coefficients of some components. */
interface Scan {
  readonly components: readonly number[];
  /** The first and the last of the coefficients, 0…63. */
  readonly band: readonly [first: number, last: number];
  /** Whether it refines coefficients of earlier scans by a bit. */
  readonly isRefinement: boolean;
  /** Whether its data is complete. */
  readonly isWhole: boolean;
}

/** A segment from its marker up to, not including, `end`; a scan's coded data follows it. */
interface Segment {
  readonly marker: number;
  readonly start: number;
  readonly end: number;
}

function readSegments(file: Buffer): readonly Segment[] {
  const segments: Segment[] = [];
  for (let start = findMarker(file, 2); start >= 0; ) {
    const end = start + 4 <= file.length ? start + 2 + file.readUInt16BE(start + 2) : file.length + 1;
    segments.push({ marker: file[start + 1] ?? 0, start, end });
    start = findMarker(file, end);
  }
  return segments;
}

/** The scans of a progressive JPEG; undefined for one that is not progressive. */
function readScans(
  file: Buffer,
  segments: readonly Segment[],
  isLastWhole: boolean,
): readonly Scan[] | undefined {
  if (!segments.some(({ marker }) => marker === progressiveFrame)) return undefined;
  return segments.flatMap(({ marker, start, end }, n) => {
    if (marker !== startOfScan || end > file.length) return [];
    const header = file.subarray(start + 4, end);
    const count = header[0] ?? 0;
    const [first = 0, last = 0, bits = 0] = header.subarray(1 + count * 2);
    return {
      components: Array.from({ length: count }, (_, component) => header[1 + component * 2] ?? 0),
      band: [first, last] as const,
      isRefinement: bits >> 4 > 0,
      isWhole: isLastWhole || n + 1 < segments.length,
    };
  });
}

/** Finds the next marker, skipping stuffed bytes and restart markers of a scan. −1 if there is none. */
function findMarker(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const marker = file[at + 1] ?? 0;
    const isLone = marker <= 1 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd8);
    if (!isLone) return at;
  }
  return -1;
}

/** Whether a complete scan has each coefficient of the first component, which is brightness. */
function hasBrightness(scans: readonly Scan[]): boolean {
  const brightness = scans[0]?.components[0];
  const held = new Set<number>();
  for (const { components, band, isRefinement, isWhole } of scans) {
    if (!isWhole || isRefinement || !components.includes(brightness ?? -1)) continue;
    for (let n = band[0]; n <= band[1]; n++) held.add(n);
  }
  return held.size === 64;
}
