import type { Planes } from '@restage/pixels';
import {
  AV_CODEC_FLAG_FRAME_DURATION,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_TRC_BT709,
  AVERROR_EAGAIN,
  AVERROR_EINVAL,
  AVERROR_EOF,
} from 'node-av/constants';
import {
  Codec,
  CodecContext,
  FFmpegError,
  FormatContext,
  Frame,
  Packet,
  Rational,
  type Stream,
} from 'node-av/lib';
import type { AudioTrack } from './audio/audio-track.ts';
import type { CopyTiming } from './decode/open.ts';
import './silence-ffmpeg-log.ts';

/** A video being written. */
export interface VideoWriter {
  /**
   * Writes a frame. Times are in the writer's time base. The frame may be changed as soon as this has been called;
   * wait for it before the next call.
   */
  write(frame: Planes, pts: bigint, duration: bigint): Promise<void>;
  /** Writes a packet of the source whose sound was given as `audio`. */
  writeAudio(packet: Packet): Promise<void>;
  /** Finishes the file; without it the file is not a valid video. */
  finish(): Promise<void>;
  /** Frees everything, finished or not. */
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly width: number;
  readonly height: number;
  readonly timeBase: Rational;
  readonly frameRate: Rational;
  /** x264's preset: a matte is flat and gains nothing from a slower one. */
  readonly preset: 'ultrafast' | 'veryfast';
  /** Constant rate factor of x264. */
  readonly quality: number;
  /** Whether frames are coded in presentation order, which takes more space. By default they need not be. */
  readonly keepsOrder?: boolean;
  /** The source's audio. It is closed with the writer. */
  readonly audio?: AudioTrack | undefined;
}

/**
 * Starts an MP4: H.264 4:2:0 limited-range BT.709, tagged so, its index in front (faststart). x264 runs with
 * a fixed number of threads, on which its output depends, so that the same frames give the same bytes.
 */
export async function createWriter(path: string, options: WriterOptions): Promise<VideoWriter> {
  const muxer = new FormatContext();
  throwOnError(muxer.allocOutputContext2(null, 'mp4', path), 'allocOutputContext2');
  const encoder = openEncoder(options);
  const stream = muxer.newStream(null);
  throwOnError(encoder.parametersFromContext(stream.codecpar), 'parametersFromContext');
  stream.timeBase = options.timeBase;
  stream.avgFrameRate = options.frameRate;
  const { audio } = options;
  const sound = audio === undefined ? undefined : muxer.newStream(null);
  if (audio !== undefined && sound !== undefined) {
    audio.describe(sound.codecpar);
    sound.timeBase = audio.timeBase;
  }
  throwOnError(await muxer.openOutput(), 'openOutput');
  // Options are set on the objects: a Dictionary handed to FFmpeg is freed twice by these bindings (6.1.1).
  throwOnError(muxer.setOption('movflags', '+faststart'), 'movflags');
  throwOnError(await muxer.writeHeader(), 'writeHeader');
  const packet = new Packet();
  packet.alloc();
  // `Frame.fromVideoBuffer` of these bindings (6.1.1) says that it copies, but points into the memory it is
  // given, which x264 then reads on another thread: the frame is copied here, to where it stays.
  const held = Buffer.alloc((options.width * options.height * 3) / 2);
  const muxed = createSerialQueue();

  const drain = async () => {
    for (;;) {
      const received = await encoder.receivePacket(packet);
      if (received === AVERROR_EAGAIN || received === AVERROR_EOF) return;
      throwOnError(received, 'receivePacket');
      packet.streamIndex = stream.index;
      packet.rescaleTs(options.timeBase, stream.timeBase);
      await muxed(async () =>
        throwOnError(await muxer.interleavedWriteFrame(packet), 'interleavedWriteFrame'),
      );
    }
  };

  const writeAudio = async (source: Packet | null) => {
    if (audio === undefined || sound === undefined) return;
    for (const made of audio.push(source)) {
      using coded = made;
      coded.streamIndex = sound.index;
      coded.rescaleTs(audio.timeBase, sound.timeBase);
      await muxed(async () => {
        const written = await muxer.interleavedWriteFrame(coded);
        // Sound whose times go backwards, or that isn't what its header says: the video goes on without it.
        if (written !== AVERROR_EINVAL) throwOnError(written, 'interleavedWriteFrame');
      });
    }
  };

  return {
    async write({ data }, pts, duration) {
      held.set(data);
      using frame = Frame.fromVideoBuffer(held, {
        width: options.width,
        height: options.height,
        format: AV_PIX_FMT_YUV420P,
        timeBase: options.timeBase,
        pts,
      });
      frame.duration = duration;
      throwOnError(await encoder.sendFrame(frame), 'sendFrame');
      await drain();
    },
    writeAudio,
    async finish() {
      await writeAudio(null);
      throwOnError(await encoder.sendFrame(null), 'sendFrame');
      await drain();
      throwOnError(await muxer.writeTrailer(), 'writeTrailer');
    },
    async close() {
      packet.free();
      encoder.freeContext();
      audio?.close();
      await muxer.closeOutput();
      muxer.freeContext();
    },
  };
}

/** Runs tasks one after the other: a muxer does not support two threads at once. */
function createSerialQueue(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return (work) => {
    last = last.then(work);
    return last;
  };
}

/** A writer that copies a stream. */
export interface VideoCopier extends Pick<VideoWriter, 'finish' | 'close'> {
  /** Copies a packet of the stream, whose times are those that the file stores. */
  copy(packet: Packet): Promise<void>;
}

/**
 * Starts an MP4 that holds a copy of one stream, its index in front.
 * @param timing the times of its packets
 */
export async function createCopier(path: string, source: Stream, timing: CopyTiming): Promise<VideoCopier> {
  const muxer = new FormatContext();
  throwOnError(muxer.allocOutputContext2(null, 'mp4', path), 'allocOutputContext2');
  const stream = muxer.newStream(null);
  throwOnError(source.codecpar.copy(stream.codecpar), 'copy');
  stream.codecpar.codecTag = 0;
  stream.timeBase = source.timeBase;
  stream.avgFrameRate = source.avgFrameRate;
  throwOnError(await muxer.openOutput(), 'openOutput');
  throwOnError(muxer.setOption('movflags', '+faststart'), 'movflags');
  throwOnError(await muxer.writeHeader(), 'writeHeader');
  return {
    copy: (packet) => carry(muxer, packet, source, stream, timing),
    async finish() {
      throwOnError(await muxer.writeTrailer(), 'writeTrailer');
    },
    async close() {
      await muxer.closeOutput();
      muxer.freeContext();
    },
  };
}

async function carry(
  muxer: FormatContext,
  packet: Packet,
  from: Stream,
  to: Stream,
  timing: CopyTiming,
): Promise<void> {
  using twin = packet.clone();
  if (twin === null) throw new Error('a packet could not be cloned');
  twin.pts += BigInt(timing.compositionShift);
  twin.dts += BigInt(timing.decodeShift);
  twin.duration = BigInt(timing.duration);
  twin.streamIndex = to.index;
  twin.rescaleTs(from.timeBase, to.timeBase);
  throwOnError(await muxer.interleavedWriteFrame(twin), 'interleavedWriteFrame');
}

function openEncoder(options: WriterOptions): CodecContext {
  const codec = Codec.findEncoderByName('libx264' as Parameters<typeof Codec.findEncoderByName>[0]);
  if (codec === null) throw new Error('this build of FFmpeg has no libx264');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = options.width;
  context.height = options.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = options.timeBase;
  context.framerate = options.frameRate;
  context.sampleAspectRatio = new Rational(1, 1);
  context.colorRange = AVCOL_RANGE_MPEG;
  context.colorSpace = AVCOL_SPC_BT709;
  context.colorPrimaries = AVCOL_PRI_BT709;
  context.colorTrc = AVCOL_TRC_BT709;
  context.threadCount = 2;
  context.setFlags(AV_CODEC_FLAG_FRAME_DURATION, AV_CODEC_FLAG_GLOBAL_HEADER);
  throwOnError(context.setOption('preset', options.preset), 'preset');
  throwOnError(context.setOption('crf', String(options.quality)), 'crf');
  if (options.keepsOrder === true) throwOnError(context.setOption('bf', '0'), 'bf');
  // x264's AVX-512 code for its macroblock tree gives other bytes on every run.
  throwOnError(context.setOption('x264-params', 'mbtree=0'), 'x264-params');
  throwOnError(context.open2Sync(codec, null), 'open2');
  return context;
}

/** Throws for an error code. The job's input decoded already, so the disk or the program is to blame. */
function throwOnError(code: number, operation: string): void {
  FFmpegError.throwIfError(code, operation);
}
