import { readFileSync, writeFileSync } from 'node:fs';
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_FLAG_FRAME_DURATION,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_FLAG_INTERLACED_DCT,
  AV_CODEC_FLAG_INTERLACED_ME,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_S16,
  type AVColorPrimaries,
  type AVColorRange,
  type AVColorSpace,
  type AVColorTransferCharacteristic,
  type AVPixelFormat,
  type AVSampleFormat,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
  type FFAudioEncoder,
} from 'node-av/constants';
import {
  type ChannelLayout,
  Codec,
  CodecContext,
  type CodecParameters,
  FFmpegError,
  FormatContext,
  Frame,
  Packet,
  Rational,
  type Stream,
} from 'node-av/lib';
import '../../src/video/silence-ffmpeg-log.ts';

/** What a stream says of its colours. */
export interface ColourTags {
  readonly space?: AVColorSpace;
  readonly range?: AVColorRange;
  readonly primaries?: AVColorPrimaries;
  readonly transfer?: AVColorTransferCharacteristic;
}

/** Frames of one format; a video may have several such parts, one after the other. */
export interface Part extends ColourTags {
  readonly width: number;
  readonly height: number;
  /** 8-bit 4:2:0 by default. */
  readonly format?: AVPixelFormat;
  /** Each frame's planes, one after the other. */
  readonly frames: readonly Uint8Array[];
  readonly codec?: 'h264' | 'hevc';
  /** Whether a frame is two fields, and which of them is shown first. */
  readonly fields?: 'tff' | 'bff';
}

/** Sound to be put beside a video. */
export interface Sound {
  readonly encoder: FFAudioEncoder;
  /** 16 bits, interleaved by default; a planar one only of mono. */
  readonly format?: AVSampleFormat;
  /** 48,000 by default. */
  readonly rate?: number;
  /** Mono by default. */
  readonly layout?: ChannelLayout;
  /** The samples of all channels, by time. */
  readonly samples: Int16Array;
  /** Samples by which it begins later than the video. */
  readonly delay?: number;
}

/** Ticks of a frame, of 1/1000 s. */
const frameTicks = 40;

/**
 * Writes an MP4 or MOV of frames as they are given, all of them keyframes of high quality.
 * @param container what the container says of the colours, where that is not what the first part says itself.
 */
export async function writeParts(
  path: string,
  parts: readonly Part[],
  { sound, container }: { readonly sound?: Sound; readonly container?: ColourTags } = {},
): Promise<string> {
  const [first] = parts;
  if (first === undefined) throw new Error('no part to write');
  const muxer = new FormatContext();
  check(muxer.allocOutputContext2(null, path.endsWith('.mov') ? 'mov' : 'mp4', path));
  check(muxer.setOption('strict', 'experimental'));
  // The first part's header stands in the container, those of the others in the stream.
  const encoders = parts.map((part, n) => openEncoder(part, n === 0));
  const stream = muxer.newStream(null);
  check((encoders[0] as CodecContext).parametersFromContext(stream.codecpar));
  if (container !== undefined) tag(stream.codecpar, container);
  stream.timeBase = new Rational(1, 1000);
  const voice = sound === undefined ? undefined : openSound(muxer, sound);
  check(await muxer.openOutput());
  check(await muxer.writeHeader());
  let count = 0;
  for (const [n, part] of parts.entries()) {
    const encoder = encoders[n] as CodecContext;
    for (const data of part.frames) {
      // A frame points into the memory it is made from, which has to outlive it.
      const held = Buffer.from(data);
      using frame = Frame.fromVideoBuffer(held, {
        width: part.width,
        height: part.height,
        format: part.format ?? AV_PIX_FMT_YUV420P,
        timeBase: { num: 1, den: 1000 },
        pts: BigInt(count++ * frameTicks),
      });
      frame.duration = BigInt(frameTicks);
      await encode(muxer, encoder, stream, frame);
    }
    await encode(muxer, encoder, stream, null);
    encoder.freeContext();
  }
  if (sound !== undefined && voice !== undefined) await writeSound(muxer, sound, voice);
  check(await muxer.writeTrailer());
  await muxer.closeOutput();
  muxer.freeContext();
  return path;
}

/** Puts a box at the end of what a file, whose index is at its end, says of its video's frames. */
export function describeFrames(
  path: string,
  entry: 'avc1' | 'hev1',
  type: string,
  body: readonly number[],
): void {
  const file = readFileSync(path);
  const box = Buffer.from([0, 0, 0, body.length + 8, ...Buffer.from(type), ...body]);
  let at = 0;
  for (const parent of ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', entry]) {
    at = file.indexOf(parent, at) - 4;
    file.writeUInt32BE(file.readUInt32BE(at) + box.length, at);
    at += 4;
  }
  const end = at - 4 + file.readUInt32BE(at - 4) - box.length;
  writeFileSync(path, Buffer.concat([file.subarray(0, end), box, file.subarray(end)]));
}

function openEncoder(part: Part, isFirst: boolean): CodecContext {
  const isHevc = part.codec === 'hevc';
  const codec = Codec.findEncoderByName(isHevc ? FF_ENCODER_LIBX265 : FF_ENCODER_LIBX264);
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.width = part.width;
  encoder.height = part.height;
  encoder.pixelFormat = part.format ?? AV_PIX_FMT_YUV420P;
  encoder.timeBase = new Rational(1, 1000);
  encoder.framerate = new Rational(25, 1);
  tag(encoder, part);
  encoder.setFlags(AV_CODEC_FLAG_FRAME_DURATION);
  if (isFirst) encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  if (part.fields !== undefined) encoder.setFlags(AV_CODEC_FLAG_INTERLACED_DCT, AV_CODEC_FLAG_INTERLACED_ME);
  check(encoder.setOption('crf', '1'));
  check(
    isHevc
      ? encoder.setOption('x265-params', 'keyint=1:bframes=0:log-level=none')
      : encoder.setOption(
          'x264-params',
          `keyint=1:bframes=0${part.fields === undefined ? '' : `:${part.fields}=1`}`,
        ),
  );
  check(encoder.open2Sync(codec, null));
  return encoder;
}

function tag(
  target: CodecContext | CodecParameters,
  { space, range, primaries, transfer }: ColourTags,
): void {
  if (space !== undefined) target.colorSpace = space;
  if (range !== undefined) target.colorRange = range;
  if (primaries !== undefined) target.colorPrimaries = primaries;
  if (transfer !== undefined) target.colorTrc = transfer;
}

interface Voice {
  readonly encoder: CodecContext;
  readonly stream: Stream;
}

function openSound(muxer: FormatContext, sound: Sound): Voice {
  const codec = Codec.findEncoderByName(sound.encoder);
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.sampleRate = sound.rate ?? 48_000;
  encoder.sampleFormat = sound.format ?? AV_SAMPLE_FMT_S16;
  encoder.channelLayout = sound.layout ?? AV_CHANNEL_LAYOUT_MONO;
  encoder.timeBase = new Rational(1, encoder.sampleRate);
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  check(encoder.open2Sync(codec, null));
  const stream = muxer.newStream(null);
  check(encoder.parametersFromContext(stream.codecpar));
  stream.timeBase = encoder.timeBase;
  return { encoder, stream };
}

async function writeSound(muxer: FormatContext, sound: Sound, { encoder, stream }: Voice): Promise<void> {
  const channelLayout = sound.layout ?? AV_CHANNEL_LAYOUT_MONO;
  const { nbChannels } = channelLayout;
  const total = sound.samples.length / nbChannels;
  const size = encoder.frameSize > 0 ? encoder.frameSize : 1024;
  for (let from = 0; from < total; from += size) {
    const part = sound.samples.slice(from * nbChannels, Math.min(from + size, total) * nbChannels);
    using frame = Frame.fromAudioBuffer(Buffer.from(part.buffer), {
      nbSamples: part.length / nbChannels,
      format: encoder.sampleFormat,
      sampleRate: encoder.sampleRate,
      channelLayout,
      timeBase: { num: 1, den: encoder.sampleRate },
    });
    frame.pts = BigInt(from + (sound.delay ?? 0));
    await encode(muxer, encoder, stream, frame);
  }
  await encode(muxer, encoder, stream, null);
  encoder.freeContext();
}

async function encode(
  muxer: FormatContext,
  encoder: CodecContext,
  stream: Stream,
  frame: Frame | null,
): Promise<void> {
  check(await encoder.sendFrame(frame));
  using packet = new Packet();
  packet.alloc();
  while ((await encoder.receivePacket(packet)) >= 0) {
    packet.streamIndex = stream.index;
    packet.rescaleTs(encoder.timeBase, stream.timeBase);
    check(await muxer.interleavedWriteFrame(packet));
  }
}

function check(code: number): void {
  FFmpegError.throwIfError(code);
}
