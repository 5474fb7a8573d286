import type { Size } from '@restage/contract';
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
import { matrixOf, type VideoInput } from './open.ts';
import { mapMatte } from './planes.ts';

/** One decoded frame at output size. */
export interface DecodedFrame {
  /** In the stream's time base. */
  readonly pts: bigint;
  readonly duration: bigint;
  /** Rows without gaps: 4:2:0 planes, BT.709 limited range, or one grey plane of full range. */
  readonly data: Uint8Array;
}

/** Who is told of what passes while a video is decoded. */
export interface Listeners {
  /** Receives every packet of every stream before it is decoded, valid during the call. */
  onPacket?(packet: Packet): Promise<void>;
  /** Whether the next frame, of this time, is to be given; one that is not costs its decoding alone. By default all are. */
  wants?(pts: bigint): boolean;
  /** Whether a packet's frame may be left undecoded where no other frame refers to it. By default none may. */
  isIdle?(packet: Packet): boolean;
  /** Whether a packet of the video is the last to be decoded. By default the file's last is. */
  isLast?(packet: Packet): boolean;
}

/**
 * Decodes every shown frame in order, from where the input stands, turned and scaled. One frame is in memory at a time. The calls are the
 * waiting kind: FFmpeg decodes ahead on threads of its own, and turns of the event loop cost more than they.
 * @param kind `colour`, or `matte`, whose limited range is expanded.
 * @returns by `yield` frames; at the end a failure if the stream is damaged.
 */
export async function* decodeFrames(
  input: VideoInput,
  size: Size,
  kind: 'colour' | 'matte',
  { onPacket, wants, isIdle, isLast }: Listeners = {},
): AsyncGenerator<DecodedFrame, Failed | undefined> {
  const decoder = openDecoder(input);
  using context = decoder;
  const graph = kind === 'matte' ? matteGraph(input, size) : colourGraph(input, size);
  using filter = graph === undefined ? undefined : FilterAPI.create(graph, { threads: 2 });
  using frame = new Frame();
  frame.alloc();
  using packet = new Packet();
  packet.alloc();
  let last = 0n;
  let isRead = false;
  for (let ended = false; !ended; ) {
    const read = isRead ? AVERROR_EOF : input.context.readFrameSync(packet);
    ended = read < 0;
    if (ended && read !== AVERROR_EOF) return damaged(input);
    if (!ended) await onPacket?.(packet);
    if (!ended && packet.streamIndex !== input.stream.index) {
      packet.unref();
      continue;
    }
    if (!ended && isIdle !== undefined)
      FFmpegError.throwIfError(context.setOption('skip_frame', isIdle(packet) ? 'noref' : 'default'));
    const sent = context.sendPacketSync(ended ? null : packet);
    if (!ended) isRead = isLast?.(packet) === true;
    packet.unref();
    if (sent < 0 && sent !== AVERROR_EOF) return damaged(input);
    for (;;) {
      const received = context.receiveFrameSync(frame);
      if (received === AVERROR_EAGAIN || received === AVERROR_EOF) break;
      if (received < 0) return damaged(input);
      const { bestEffortTimestamp: pts, duration } = frame;
      if (wants?.(pts) === false) {
        frame.unref();
        continue;
      }
      frame.pts = pts;
      frame.timeBase = input.stream.timeBase;
      last = duration > 0n ? duration : last;
      if (filter === undefined) {
        const data = frame.toBuffer();
        yield { pts, duration: last, data: kind === 'matte' ? lumaOf(data, input, size) : data };
      } else {
        for (const shown of filter.processAllSync(frame)) {
          using done = shown;
          yield { pts, duration: last, data: done.toBuffer() };
        }
      }
      frame.unref();
    }
  }
  return undefined;
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
function lumaOf(data: Uint8Array, { stream }: VideoInput, { width, height }: Size): Uint8Array {
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
  FFmpegError.throwIfError(context.open2Sync(codec, null), 'open2');
  return context;
}

function damaged(input: VideoInput): Failed {
  return failed(`The ${input.role} could not be decoded to its end: it is damaged or incomplete.`);
}
