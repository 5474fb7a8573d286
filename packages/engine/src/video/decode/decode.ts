import { limits, type Size } from '@restage/contract';
import { failWith, isFailure } from '@restage/errors';
import { findLargestAnnounced } from '@restage/media/movie';
import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib';
import type { InputFailure } from '../../engine.ts';
import { createFrameFilter, type FilteredFrame } from './frame-filter.ts';
import { findOversize, type VideoInput } from './open.ts';
import { openAudioFeed } from './packets.ts';
import { planRuns } from './runs.ts';

/** A decoded frame at output size, and its time. */
export interface DecodedFrame extends FilteredFrame {
  /** In the input's time base. */
  readonly pts: bigint;
  readonly duration: bigint;
}

/** Options of decoding. */
export interface DecodeOptions {
  /** Numbers of the frames to return, in order. By default all. */
  readonly frames?: readonly number[];
  /**
   * Receives every packet of the audio, and of the video before it is decoded, valid during the call. Times of the video's
   * are those that the file stores.
   */
  onPacket?(packet: Packet): Promise<void>;
  /** Whether to return the next frame; a skipped one costs only its decoding. By default all are returned. */
  needsFrame?(frame: number): boolean;
}

/**
 * Decodes the shown frames, in order, rotated and scaled. One frame is in memory at a time. The calls are
 * synchronous: FFmpeg decodes ahead on its own threads, and event-loop ticks would cost more.
 * @param kind `colour`, or `matte`, whose limited range is expanded.
 * @returns by `yield` the requested frames: one that can't be decoded repeats the picture before it; at the end a
 *   failure if the stream is damaged.
 */
export async function* decodeFrames(
  input: VideoInput,
  size: Size,
  kind: 'colour' | 'matte',
  {
    frames = input.movie.timeline.frames.map((_, number) => number),
    onPacket,
    needsFrame: wants,
  }: DecodeOptions = {},
): AsyncGenerator<DecodedFrame, InputFailure | undefined> {
  using filter = createFrameFilter(input, size, kind);
  /** Numbers of frames that were decoded but not requested. */
  const unwanted = new Set<number>();
  let next = 0;
  let last: FilteredFrame | undefined;

  /**
   * Yields the frames up to `end`, none of which could be decoded: each repeats the one before it, the first ones the
   * one after.
   */
  function* hold(end: number, after: FilteredFrame | undefined) {
    const held = last ?? after;
    for (const frame of frames.slice(next, end)) {
      if (held === undefined || unwanted.has(frame) || wants?.(frame) === false) continue;
      yield addTime(input, { ...held, frame, isAsStored: false });
    }
  }
  function* give(ready: readonly FilteredFrame[]) {
    for (const made of ready) {
      const at = frames.indexOf(made.frame, next);
      if (at < 0) continue;
      yield* hold(at, made);
      yield addTime(input, made);
      last = made;
      next = at + 1;
    }
  }

  const pictures = decodePictures(input, frames, onPacket);
  for (let step = await pictures.next(); ; step = await pictures.next()) {
    if (step.done === true) {
      if (step.value !== undefined) return step.value;
      break;
    }
    const picture = step.value;
    const number = Number(picture.pts);
    if (wants?.(number) === false) {
      unwanted.add(number);
      continue;
    }
    const ready = convert(input, () => filter.push(picture, number));
    if (isFailure(ready)) return ready;
    yield* give(ready);
  }
  const rest = convert(input, () => filter.flush());
  if (isFailure(rest)) return rest;
  yield* give(rest);
  yield* hold(frames.length, undefined);
  return undefined;
}

function addTime({ times }: VideoInput, filtered: FilteredFrame): DecodedFrame {
  const [pts = 0n, end = pts] = times.slice(filtered.frame, filtered.frame + 2);
  return { ...filtered, pts, duration: end - pts };
}

/**
 * Decodes the samples of some frames.
 * @returns by `yield` pictures, valid until the next call, with their frames' numbers for times; at the end a failure
 *   if the stream is damaged, or holds pictures that are too large.
 */
async function* decodePictures(
  input: VideoInput,
  frames: readonly number[],
  onPacket: DecodeOptions['onPacket'],
): AsyncGenerator<Frame, InputFailure | undefined> {
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
        if (!input.samples.read(sample, packet)) return createDamageFailure(input);
        const announced = packet.data && findLargestAnnounced(movie.codec, packet.data, movie.lengthBytes);
        const oversize = announced && findOversize(announced, role);
        if (oversize) return oversize;
        packet.pts = BigInt(movie.samples.compositionTimes[sample] as number);
        packet.dts = BigInt(movie.samples.decodeTimes[sample] as number);
        await onPacket?.(packet);
        // Skips pictures that are neither shown nor referenced.
        const isSkipped = !run.frames.has(sample);
        if (isSkipped !== isSkipping)
          FFmpegError.throwIfError(context.setOption('skip_frame', isSkipped ? 'noref' : 'default'));
        isSkipping = isSkipped;
        packet.pts = BigInt(sample);
        packet.dts = BigInt(sample);
      }
      const sent = context.sendPacketSync(isEnd ? null : packet);
      packet.unref();
      if (sent < 0 && sent !== AVERROR_EOF) return createDamageFailure(input);
      for (;;) {
        const received = context.receiveFrameSync(frame);
        if (received === AVERROR_EAGAIN || received === AVERROR_EOF) break;
        if (received < 0) return createDamageFailure(input);
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

/** Formats that FFmpeg's filters don't accept are the job's fault. */
function convert(
  { role }: VideoInput,
  work: () => readonly FilteredFrame[],
): readonly FilteredFrame[] | InputFailure {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FFmpegError)) throw error;
    return failWith(
      'INVALID_INPUT',
      `The ${role} holds frames whose pixel format or colours can't be converted.`,
    );
  }
}

function openDecoder(input: VideoInput): CodecContext {
  const codec = Codec.findDecoder(input.stream.codecpar.codecId);
  const context = new CodecContext();
  context.allocContext3(codec);
  FFmpegError.throwIfError(context.parametersToContext(input.stream.codecpar), 'parametersToContext');
  context.pktTimebase = input.stream.timeBase;
  context.threadCount = 2;
  // Larger pictures are rejected earlier; this bounds memory for those that hide their size.
  FFmpegError.throwIfError(context.setOption('max_pixels', limits.sourcePixels * 4), 'max_pixels');
  FFmpegError.throwIfError(context.open2Sync(codec, null), 'open2');
  return context;
}

function createDamageFailure(input: VideoInput): InputFailure {
  return failWith(
    'INVALID_INPUT',
    `The ${input.role} could not be decoded to its end: it is damaged or incomplete.`,
  );
}
