import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type VideoCodec,
} from 'mediabunny';
import {
  makeAvcConfiguration,
  makeAvcSet,
  makeHevcConfiguration,
  makeHevcSet,
  type StreamFormat,
} from './configurations.ts';

/** What a movie of `makeMovie` is like. Its frames are filler that no decoder would take. */
export interface MovieOptions {
  readonly container?: 'mp4' | 'mov';
  /** Where the movie header stands. */
  readonly layout?: 'moov first' | 'moov last' | 'fragmented';
  readonly codec?: VideoCodec;
  readonly frames?: number;
  readonly width?: number;
  readonly height?: number;
  readonly rotation?: 0 | 90 | 180 | 270;
  readonly frameRate?: number;
  /** The first frames that are stored and not shown: an edit list cuts them off. */
  readonly hidden?: number;
  /** Bytes of each frame. */
  readonly frameBytes?: number;
}

/** The name of each codec, and what decoders are told. */
const configurations = {
  avc: { codec: 'avc1.42c01e', describe: (size: StreamFormat) => makeAvcConfiguration(makeAvcSet(size)) },
  hevc: {
    codec: 'hvc1.1.6.L93.B0',
    describe: (size: StreamFormat) => makeHevcConfiguration(makeHevcSet(size)),
  },
  vp9: { codec: 'vp09.00.10.08', describe: () => undefined },
  av1: { codec: 'av01.0.04M.08', describe: () => Buffer.from('gQAMAA==', 'base64') },
} as const;

/** Muxes a movie around filler frames. */
export async function makeMovie(options: MovieOptions = {}): Promise<Buffer> {
  const {
    container = 'mp4',
    layout = 'moov first',
    codec = 'avc',
    frames = 10,
    frameRate = 25,
    hidden = 0,
  } = options;
  if (!(codec in configurations)) throw new Error(`no configuration for ${codec}`);
  const configuration = configurations[codec as keyof typeof configurations];
  const fastStart = { 'moov first': 'in-memory', 'moov last': false, fragmented: 'fragmented' } as const;
  const Format = container === 'mp4' ? Mp4OutputFormat : MovOutputFormat;
  const target = new BufferTarget();
  const output = new Output({ format: new Format({ fastStart: fastStart[layout] }), target });
  const track = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(track, { rotation: options.rotation ?? 0, frameRate });
  await output.start();
  const { width = 64, height = 36 } = options;
  const description = configuration.describe({ width, height });
  const meta = {
    decoderConfig: {
      codec: configuration.codec,
      ...(description === undefined ? {} : { description }),
      codedWidth: width,
      codedHeight: height,
      colorSpace: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false },
    },
  } as const;
  for (let index = 0; index < frames; index += 1) {
    const type = index % 12 === 0 ? 'key' : 'delta';
    const data = new Uint8Array(options.frameBytes ?? 32).fill(index);
    await track.add(new EncodedPacket(data, type, (index - hidden) / frameRate, 1 / frameRate), meta);
  }
  await output.finalize();
  if (target.buffer === null) throw new Error('the movie was not written');
  return Buffer.from(target.buffer);
}

/** An MP4 box: size, type, contents. */
export function box(type: string, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}
