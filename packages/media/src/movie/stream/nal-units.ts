import type { VideoCodec } from './parameter-sets.ts';

/** A decoder's configuration, from a sample entry: the parameter sets, and how NAL units are stored in samples. */
export interface DecoderConfiguration {
  /** Bytes of the length before each NAL unit of a sample. */
  readonly lengthBytes: number;
  readonly nalUnits: readonly Buffer[];
}

/** Reads an `avcC` or `hvcC` box (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1). Of one that is cut short, what is there. */
export function readConfiguration(codec: VideoCodec, body: Buffer | undefined): DecoderConfiguration {
  if (body === undefined || body.length < 7) return { lengthBytes: 4, nalUnits: [] };
  const nalUnits: Buffer[] = [];
  let at = 0;
  const readCount = (bytes: 1 | 2) => {
    at += bytes;
    if (at > body.length) return 0;
    return bytes === 1 ? body.readUInt8(at - 1) : body.readUInt16BE(at - 2);
  };
  const readUnits = (count: number) => {
    for (let n = 0; n < count && at < body.length; n += 1) {
      const length = readCount(2);
      nalUnits.push(body.subarray(at, at + length));
      at += length;
    }
  };
  if (codec === 'h264') {
    at = 5;
    readUnits(readCount(1) & 31);
    readUnits(readCount(1));
    return { lengthBytes: ((body[4] ?? 3) & 3) + 1, nalUnits };
  }
  at = 22;
  for (let arrays = readCount(1); arrays > 0; arrays -= 1) {
    readCount(1);
    readUnits(readCount(2));
  }
  return { lengthBytes: ((body[21] ?? 3) & 3) + 1, nalUnits };
}

/** Lists the NAL units of a sample; the last one may be cut short. */
export function* listNalUnits(sample: Buffer, lengthBytes: number): Generator<Buffer> {
  for (let at = 0; at + lengthBytes < sample.length; ) {
    const length = sample.readUIntBE(at, lengthBytes);
    at += lengthBytes;
    if (length > 0) yield sample.subarray(at, at + length);
    at += length;
  }
}
