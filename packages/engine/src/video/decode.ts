import { limits, type Size } from '@restage/contract';
import { findLargestAnnounced } from '@restage/media/movie';
import { FilterAPI } from 'node-av/api';
import {
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AVCOL_RANGE_JPEG,
  AVERROR_EAGAIN,
  AVERROR_EOF,
} from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib';
import { type Failed, failed } from '../engine.ts';
import { findOversize, matrixOf, type VideoInput } from './open.ts';
import { openAudioFeed } from './packets.ts';
import { mapMatte } from './planes.ts';
import { planRuns } from './runs.ts';

/** One decoded frame at output size. */
export interface DecodedFrame {
  /** Its number among the frames that are shown, from 0. */
  readonly frame: number;
  /** In the input's time base. */
  readonly pts: bigint;
  readonly duration: bigint;
  /** Rows without gaps: 4:2:0 planes, BT.709 limited range, or one grey plane of full range. */
  readonly data: Uint8Array;
}

/** What is wanted of a video that is decoded, and who is told of what passes. */
export interface DecodeOptions {
  /** Numbers of the frames that are wanted, in order. By default all. */
  readonly frames?: readonly number[];
  /** Receives every packet of the audio, and of the video before it is decoded, valid during the call. */
  onPacket?(packet: Packet): Promise<void>;
  /** Whether the next frame is to be given; one that is not costs its decoding alone. By default all are. */
  wants?(frame: number): boolean;
}

/**
 * Decodes the frames that are shown, in order, turned and scaled. One frame is in memory at a time. The calls are the
 * waiting kind: FFmpeg decodes ahead on threads of its own, and turns of the event loop cost more than they.
 * @param kind `colour`, or `matte`, whose limited range is expanded.
 * @returns by `yield` frames, as many as are wanted: one that can't be decoded shows the picture before it; at the end a
 *   failure if the stream is damaged.
 */
export async function* decodeFrames(
  input: VideoInput,
  size: Size,
  kind: 'colour' | 'matte',
  { frames = input.movie.timeline.frames.map((_, number) => number), onPacket, wants }: DecodeOptions = {},
): AsyncGenerator<DecodedFrame, Failed | undefined> {
  const graph = kind === 'matte' ? matteGraph(input, size) : colourGraph(input, size);
  using filter = graph === undefined ? undefined : FilterAPI.create(graph, { threads: 2 });
  const convert = (picture: Frame): Uint8Array => {
    if (filter === undefined) {
      const data = picture.toBuffer();
      return kind === 'matte' ? getLuma(data, input, size) : data;
    }
    const [made] = filter.processAllSync(picture);
    if (made === undefined) throw new Error('the filters gave no frame for a picture');
    using held = made;
    return held.toBuffer();
  };
  const toFrame = (frame: number, data: Uint8Array): DecodedFrame => {
    const [pts = 0n, end = pts] = input.times.slice(frame, frame + 2);
    return { frame, pts, duration: end - pts, data };
  };
  const pictures = decodePictures(input, frames, onPacket);
  let next = 0;
  let last: Uint8Array | undefined;
  for (let step = await pictures.next(); ; step = await pictures.next()) {
    if (step.done === true && step.value !== undefined) return step.value;
    const number = step.done === true ? -1 : Number(step.value.pts);
    const at = step.done === true ? frames.length : frames.indexOf(number, next);
    if (at < 0) continue;
    const isWanted = step.done !== true && wants?.(number) !== false;
    const data = step.done !== true && isWanted ? convert(step.value) : undefined;
    // A frame that can't be decoded shows what is shown before it, the first ones what is shown after.
    const held = last ?? data;
    for (const frame of frames.slice(next, at))
      if (held !== undefined && wants?.(frame) !== false) yield toFrame(frame, held);
    if (step.done === true) return undefined;
    if (data !== undefined) yield toFrame(number, data);
    last = data ?? last;
    next = at + 1;
  }
}

/**
 * Decodes the samples of some frames.
 * @returns by `yield` pictures, valid until the next is asked for, with the numbers of their frames for times; at the end a
 *   failure if the stream is damaged, or holds pictures that are too large
 */
async function* decodePictures(
  input: VideoInput,
  frames: readonly number[],
  onPacket: DecodeOptions['onPacket'],
): AsyncGenerator<Frame, Failed | undefined> {
  const { movie, role } = input;
  const decoder = openDecoder(input);
  using context = decoder;
  using frame = new Frame();
  frame.alloc();
  using packet = new Packet();
  packet.alloc();
  using feed = openAudioFeed(input, onPacket);
  let isSkipping = false;
  for (const [index, run] of planRuns(movie, frames).entries()) {
    if (index > 0) context.flushBuffers();
    for (let sample = run.first; sample <= run.last + 1; sample++) {
      const isEnd = sample > run.last;
      if (!isEnd) {
        if (!input.samples.read(sample, packet)) return damaged(input);
        const announced = packet.data && findLargestAnnounced(movie.codec, packet.data, movie.lengthBytes);
        const oversize = announced && findOversize(announced, role);
        if (oversize) return oversize;
        const late = BigInt(movie.samples.compositionTimes[sample] as number) - packet.pts;
        packet.pts += late;
        packet.dts += late;
        await onPacket?.(packet);
        // What no other picture refers to and is not shown need not be decoded.
        const isSkipped = !run.frames.has(sample);
        if (isSkipped !== isSkipping)
          FFmpegError.throwIfError(context.setOption('skip_frame', isSkipped ? 'noref' : 'default'));
        isSkipping = isSkipped;
        packet.pts = BigInt(sample);
        packet.dts = BigInt(sample);
      }
      const sent = context.sendPacketSync(isEnd ? null : packet);
      packet.unref();
      if (sent < 0 && sent !== AVERROR_EOF) return damaged(input);
      for (;;) {
        const received = context.receiveFrameSync(frame);
        if (received === AVERROR_EAGAIN || received === AVERROR_EOF) break;
        if (received < 0) return damaged(input);
        const oversize = findOversize(frame, role);
        if (oversize) return oversize;
        const number = run.frames.get(Number(frame.pts));
        if (number !== undefined) {
          await feed?.readUntil(getSeconds(input, number));
          frame.pts = BigInt(number);
          frame.timeBase = input.timeBase;
          yield frame;
        }
        frame.unref();
      }
    }
  }
  await feed?.readUntil(Number.POSITIVE_INFINITY);
  return undefined;
}

function getSeconds({ times, timeBase }: VideoInput, frame: number): number {
  return (Number(times[frame]) * timeBase.num) / timeBase.den;
}

/** Whether frames come out just as they are stored, so that the stream could as well be copied. */
export function isPlain(input: VideoInput, size: Size): boolean {
  return colourGraph(input, size) === undefined;
}

/** Filters that bring a frame to 4:2:0 BT.709 limited range at a size; undefined where it is that already. */
function colourGraph(input: VideoInput, { width, height }: Size): string | undefined {
  const { codecpar } = input.stream;
  const matrix = matrixOf(input.stream);
  const same = codecpar.width === width && codecpar.height === height && input.upright === '';
  const plain = codecpar.format === AV_PIX_FMT_YUV420P && codecpar.colorRange !== AVCOL_RANGE_JPEG;
  if (same && plain && matrix === 'bt709') return undefined;
  const scale = `${input.upright}scale=${width}:${height}:flags=bicubic+accurate_rnd:in_color_matrix=${matrix}`;
  const direct = matrix === 'bt709' && plain;
  return direct
    ? `${scale},setsar=1,format=yuv420p`
    : `${scale},format=gbrp,scale=out_color_matrix=bt709:out_range=limited:flags=bicubic+accurate_rnd,setsar=1,format=yuv420p`;
}

/** Filters that bring a matte to one plane of a size; undefined where its luma is that but for the range. */
function matteGraph(input: VideoInput, { width, height }: Size): string | undefined {
  const { codecpar } = input.stream;
  const same = codecpar.width === width && codecpar.height === height && input.upright === '';
  if (same && (codecpar.format === AV_PIX_FMT_YUV420P || codecpar.format === AV_PIX_FMT_YUVJ420P))
    return undefined;
  return `${input.upright}scale=${width}:${height}:flags=bilinear+accurate_rnd:out_range=full,setsar=1,format=gray`;
}

const expanded = Uint8ClampedArray.from({ length: 256 }, (_, y) => ((y - 16) * 255) / 219);

/** The luma of planes as a matte of full range. Changes `data`. */
function getLuma(data: Uint8Array, { stream }: VideoInput, { width, height }: Size): Uint8Array {
  const luma = data.subarray(0, width * height);
  const { format, colorRange } = stream.codecpar;
  if (format === AV_PIX_FMT_YUVJ420P || colorRange === AVCOL_RANGE_JPEG) return luma;
  mapMatte(luma, expanded, { empty: 16, full: 235 }, luma);
  return luma;
}

function openDecoder(input: VideoInput): CodecContext {
  const codec = Codec.findDecoder(input.stream.codecpar.codecId);
  const context = new CodecContext();
  context.allocContext3(codec);
  FFmpegError.throwIfError(context.parametersToContext(input.stream.codecpar), 'parametersToContext');
  context.pktTimebase = input.stream.timeBase;
  context.threadCount = 2;
  // Larger pictures are refused before they get here; this keeps those that hide from taking memory.
  FFmpegError.throwIfError(context.setOption('max_pixels', limits.sourcePixels * 4), 'max_pixels');
  FFmpegError.throwIfError(context.open2Sync(codec, null), 'open2');
  return context;
}

function damaged(input: VideoInput): Failed {
  return failed(`The ${input.role} could not be decoded to its end: it is damaged or incomplete.`);
}
