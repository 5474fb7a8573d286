import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_FLAG_FRAME_DURATION,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_SAMPLE_FMT_FLTP,
  type AVColorRange,
  type AVColorSpace,
  FF_ENCODER_AAC,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
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
import '../../src/video/silence-ffmpeg-log.ts';

/** A video to write for a test; omitted properties are ordinary. */
export interface EdgeCaseVideo {
  readonly width: number;
  readonly height: number;
  /** One time a frame, in 1/1000 s. */
  readonly times: readonly number[];
  /** Codes of every pixel. */
  readonly colour?: readonly [y: number, cb: number, cr: number];
  /** Codes of each pixel of each frame, in place of `colour`; x and y in 0…1. Of 8 bits only. */
  readonly draw?: (frame: number, x: number, y: number) => readonly [y: number, cb: number, cr: number];
  /** Frames from one keyframe to the next, and no keyframe between. */
  readonly keyframes?: number;
  readonly hevc10?: boolean;
  /** Whether each keyframe has the parameter sets with it. Of 8 bits only. */
  readonly hasInBandSets?: boolean;
  readonly pixelAspect?: readonly [number, number];
  /** Degrees that a player rotates it clockwise. */
  readonly rotation?: 90 | 180 | 270;
  readonly space?: AVColorSpace;
  readonly range?: AVColorRange;
  readonly audio?: boolean;
  readonly secondTrack?: boolean;
  /** Whether frames are coded in presentation order. Of 8 bits only. */
  readonly keepsOrder?: boolean;
  /** Whether frames may be stored as shown before they are decoded, so that no edit list moves them. */
  readonly hasNegativeOffsets?: boolean;
}

const silence = Buffer.alloc(4096);

/** Writes an MP4 with FFmpeg's own encoders, so that edge-case files are real ones. */
export async function makeVideo(path: string, video: EdgeCaseVideo): Promise<string> {
  const muxer = new FormatContext();
  check(muxer.allocOutputContext2(null, path.endsWith('.mov') ? 'mov' : 'mp4', path));
  const tracks = [
    openTrack(muxer, video),
    ...(video.secondTrack === true ? [openTrack(muxer, { ...video, width: 32, height: 32 })] : []),
  ];
  const sound = video.audio === true ? openSound(muxer) : undefined;
  check(await muxer.openOutput());
  if (video.hasNegativeOffsets === true) check(muxer.setOption('movflags', '+negative_cts_offsets'));
  check(await muxer.writeHeader());
  for (const { encoder, stream, frame } of tracks) {
    for (const [n, time] of video.times.entries()) {
      using picture = frame(n);
      picture.pts = BigInt(time);
      picture.duration = BigInt((video.times[n + 1] ?? time + 40) - time);
      await encode(muxer, encoder, stream, picture);
    }
    await encode(muxer, encoder, stream, null);
  }
  if (sound !== undefined) {
    for (let n = 0; n < 20; n++) {
      using quiet = Frame.fromAudioBuffer(silence, {
        nbSamples: 1024,
        format: AV_SAMPLE_FMT_FLTP,
        sampleRate: 48_000,
        channelLayout: AV_CHANNEL_LAYOUT_MONO,
        timeBase: { num: 1, den: 48_000 },
      });
      quiet.pts = BigInt(n * 1024);
      await encode(muxer, sound.encoder, sound.stream, quiet);
    }
    await encode(muxer, sound.encoder, sound.stream, null);
  }
  check(await muxer.writeTrailer());
  for (const track of [...tracks, ...(sound === undefined ? [] : [sound])]) track.encoder.freeContext();
  await muxer.closeOutput();
  muxer.freeContext();
  return path;
}

function openTrack(muxer: FormatContext, video: EdgeCaseVideo) {
  const codec = Codec.findEncoderByName(video.hevc10 === true ? FF_ENCODER_LIBX265 : FF_ENCODER_LIBX264);
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  const format = video.hevc10 === true ? AV_PIX_FMT_YUV420P10LE : AV_PIX_FMT_YUV420P;
  const { width, height } = video;
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = format;
  encoder.timeBase = new Rational(1, 1000);
  encoder.framerate = new Rational(25, 1);
  if (video.pixelAspect !== undefined) encoder.sampleAspectRatio = new Rational(...video.pixelAspect);
  if (video.space !== undefined) encoder.colorSpace = video.space;
  if (video.range !== undefined) encoder.colorRange = video.range;
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_FRAME_DURATION);
  if (video.keepsOrder === true) check(encoder.setOption('bf', '0'));
  const sets = video.hasInBandSets === true ? 'repeat-headers=1:' : '';
  const keyframes = `${sets}${video.keyframes === undefined ? '' : `keyint=${video.keyframes}:scenecut=0:`}`;
  if (video.hevc10 === true) check(encoder.setOption('x265-params', `${keyframes}log-level=none`));
  else if (keyframes !== '') check(encoder.setOption('x264-params', keyframes));
  check(encoder.open2Sync(codec, null));
  const stream = muxer.newStream(null);
  check(encoder.parametersFromContext(stream.codecpar));
  stream.timeBase = encoder.timeBase;
  if (video.pixelAspect !== undefined) stream.sampleAspectRatio = new Rational(...video.pixelAspect);
  if (video.rotation !== undefined)
    check(stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, turned(video.rotation)));
  const [y, cb, cr] = video.colour ?? [120, 128, 128];
  const wide = video.hevc10 === true;
  const data = wide ? new Uint16Array((width * height * 3) / 2) : new Uint8Array((width * height * 3) / 2);
  const scale = wide ? 4 : 1;
  data.fill(y * scale, 0, width * height);
  data.fill(cb * scale, width * height, width * height * 1.25);
  data.fill(cr * scale, width * height * 1.25);
  // A frame points into the memory it is made from, which has to outlive it.
  const frame = (n: number) => {
    if (video.draw !== undefined) drawPlanes(video.draw, n, video, data);
    return Frame.fromVideoBuffer(Buffer.from(data.buffer), {
      width,
      height,
      format,
      timeBase: { num: 1, den: 1000 },
    });
  };
  return { encoder, stream, frame };
}

function drawPlanes(
  draw: NonNullable<EdgeCaseVideo['draw']>,
  frame: number,
  { width, height }: EdgeCaseVideo,
  data: Uint8Array | Uint16Array,
): void {
  const [across, pixels] = [width >> 1, width * height];
  for (let p = 0; p < pixels; p++) {
    const [x, y] = [p % width, Math.floor(p / width)];
    const [luma, cb, cr] = draw(frame, (x + 0.5) / width, (y + 0.5) / height);
    const at = pixels + (y >> 1) * across + (x >> 1);
    data[p] = luma;
    data[at] = cb;
    data[at + pixels / 4] = cr;
  }
}

function openSound(muxer: FormatContext) {
  const codec = Codec.findEncoderByName(FF_ENCODER_AAC);
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.sampleRate = 48_000;
  encoder.sampleFormat = AV_SAMPLE_FMT_FLTP;
  encoder.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  encoder.timeBase = new Rational(1, 48_000);
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  check(encoder.open2Sync(codec, null));
  const stream = muxer.newStream(null);
  check(encoder.parametersFromContext(stream.codecpar));
  stream.timeBase = encoder.timeBase;
  return { encoder, stream };
}

/** A display matrix for a clockwise rotation, as phones write it. */
function turned(degrees: 90 | 180 | 270): Buffer {
  const one = 1 << 16;
  const [a, b, c, d] = { 90: [0, one, -one, 0], 180: [-one, 0, 0, -one], 270: [0, -one, one, 0] }[
    degrees
  ] as [number, number, number, number];
  const matrix = Buffer.alloc(36);
  for (const [n, value] of [a, b, 0, c, d, 0, 0, 0, 1 << 30].entries()) matrix.writeInt32LE(value, n * 4);
  return matrix;
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
