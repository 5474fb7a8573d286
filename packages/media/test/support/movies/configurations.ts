/** What the parameter sets of a test's stream say. */
export interface StreamFormat {
  readonly width: number;
  readonly height: number;
  /** Cut off at the left, right, top and bottom: even numbers of pixels, beside what fills the last blocks. */
  readonly crop?: readonly [left: number, right: number, top: number, bottom: number];
  readonly pixelAspect?: readonly [number, number];
}

/** Writes numbers as bits, most significant first. */
function createBitWriter() {
  const bits: number[] = [];
  const write = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit -= 1) bits.push(Math.floor(value / 2 ** bit) % 2);
  };
  return {
    write,
    /** In Exp-Golomb code. */
    writeUnsigned(value: number) {
      const length = Math.floor(Math.log2(value + 1));
      write(0, length);
      write(value + 1, length + 1);
    },
    /** The bytes of a NAL unit, its end marked and start codes kept out. */
    finish(): Buffer {
      bits.push(1);
      while (bits.length % 8 !== 0) bits.push(0);
      const bytes: number[] = [];
      for (let at = 0; at < bits.length; at += 8) {
        const byte = Number.parseInt(bits.slice(at, at + 8).join(''), 2);
        if (byte <= 3 && bytes.at(-1) === 0 && bytes.at(-2) === 0) bytes.push(3);
        bytes.push(byte);
      }
      return Buffer.from(bytes);
    },
  };
}

type BitWriter = ReturnType<typeof createBitWriter>;

function writeCrop(bits: BitWriter, format: StreamFormat, block: number): void {
  const fill = (size: number) => Math.ceil(size / block) * block - size;
  const [left, right, top, bottom] = format.crop ?? [0, 0, 0, 0];
  const all = [
    left,
    right + fill(format.width + left + right),
    top,
    bottom + fill(format.height + top + bottom),
  ];
  const isCut = all.some((pixels) => pixels > 0);
  bits.write(isCut ? 1 : 0, 1);
  if (isCut) for (const pixels of all) bits.writeUnsigned(Math.floor(pixels / 2));
}

function writePixelAspect(bits: BitWriter, { pixelAspect }: StreamFormat): void {
  bits.write(pixelAspect === undefined ? 0 : 1, 1);
  if (pixelAspect === undefined) return;
  bits.write(1, 1);
  bits.write(255, 8);
  bits.write(pixelAspect[0], 16);
  bits.write(pixelAspect[1], 16);
  // Nothing else of the usability information is there.
  bits.write(0, 40);
}

/** Coded width and height in blocks. */
function countBlocks({ width, height, crop = [0, 0, 0, 0] }: StreamFormat, block: number) {
  const [left, right, top, bottom] = crop;
  return [Math.ceil((width + left + right) / block), Math.ceil((height + top + bottom) / block)] as const;
}

/** A sequence parameter set of H.264, baseline profile, 4:2:0. */
export function makeAvcSet(format: StreamFormat): Buffer {
  const bits = createBitWriter();
  const [across, down] = countBlocks(format, 16);
  bits.write(0x6742c01e, 32);
  for (const value of [0, 0, 2, 1]) bits.writeUnsigned(value);
  bits.write(0, 1);
  bits.writeUnsigned(across - 1);
  bits.writeUnsigned(down - 1);
  bits.write(0b11, 2);
  writeCrop(bits, format, 16);
  writePixelAspect(bits, format);
  return bits.finish();
}

/** A sequence parameter set of HEVC, main profile, 4:2:0, with some reference picture sets. */
export function makeHevcSet(format: StreamFormat): Buffer {
  const bits = createBitWriter();
  const [across, down] = countBlocks(format, 8);
  bits.write(0x4201, 16);
  bits.write(0x01, 8);
  bits.write(0x0160000000, 40);
  bits.write(0x90000000, 32);
  bits.write(0x00005d, 24);
  for (const value of [0, 1, across * 8, down * 8]) bits.writeUnsigned(value);
  writeCrop(bits, format, 8);
  for (const value of [0, 0, 4]) bits.writeUnsigned(value);
  bits.write(1, 1);
  for (const value of [4, 2, 4, 0, 3, 0, 3, 1, 1]) bits.writeUnsigned(value);
  bits.write(0, 1);
  bits.write(0b10, 2);
  bits.write(0, 1);
  // Two sets: one told outright, and one from it.
  bits.writeUnsigned(2);
  bits.writeUnsigned(2);
  bits.writeUnsigned(1);
  for (const value of [0, 2, 0]) {
    bits.writeUnsigned(value);
    bits.write(1, 1);
  }
  bits.write(0b11, 2);
  bits.writeUnsigned(0);
  bits.write(0b1111, 4);
  bits.write(0, 1);
  bits.write(0b11, 2);
  writePixelAspect(bits, format);
  return bits.finish();
}

const pictureSet = Buffer.from([0x68, 0xce, 0x3c, 0x80]);

/** The contents of an `avcC` box. */
export function makeAvcConfiguration(...sets: readonly Buffer[]): Buffer {
  const units = [...sets, pictureSet].map((set) => Buffer.concat([Buffer.from([0, set.length]), set]));
  return Buffer.concat([
    Buffer.from([1, 0x42, 0xc0, 0x1e, 0xff, 0xe0 | sets.length]),
    ...units.slice(0, -1),
    Buffer.from([1]),
    ...units.slice(-1),
  ]);
}

/** The contents of an `hvcC` box. */
export function makeHevcConfiguration(...sets: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(23);
  head.set([1, 1, 0x60, 0, 0, 0, 0x90], 0);
  head.set([0x5d, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, sets.length], 12);
  return Buffer.concat([
    head,
    ...sets.map((set) => Buffer.concat([Buffer.from([0x21, 0, 1, 0, set.length]), set])),
  ]);
}
