/** Reads numbers from the payload of a NAL unit, most significant bit first. Past its end everything is 0. */
export interface BitReader {
  /** An unsigned number of up to 32 bits. */
  read(bits: number): number;
  skip(bits: number): void;
  /** An unsigned number in Exp-Golomb code, `ue(v)`. */
  readUnsigned(): number;
  /** A signed number in Exp-Golomb code, `se(v)`. */
  readSigned(): number;
  readFlag(): boolean;
  /** Whether more has been read than there is. */
  isPastEnd(): boolean;
}

/** Opens a NAL unit after its header, and takes out the bytes that keep start codes from appearing in it. */
export function readBits(nal: Uint8Array, header: number): BitReader {
  const bytes: number[] = [];
  let zeros = 0;
  for (const byte of nal.subarray(header)) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    bytes.push(byte);
  }
  let at = 0;
  const readBit = () => {
    const bit = ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
    at += 1;
    return bit;
  };
  const read = (bits: number) => {
    let value = 0;
    for (let n = 0; n < bits; n += 1) value = value * 2 + readBit();
    return value;
  };
  const readUnsigned = () => {
    let zeroBits = 0;
    while (zeroBits < 32 && at < bytes.length * 8 && readBit() === 0) zeroBits += 1;
    return 2 ** zeroBits - 1 + read(zeroBits);
  };
  return {
    read,
    readUnsigned,
    skip(bits) {
      at += bits;
    },
    readSigned() {
      const code = readUnsigned();
      return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
    },
    readFlag: () => readBit() === 1,
    isPastEnd: () => at > bytes.length * 8,
  };
}
