import { outputSize } from '@restage/contract';
import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_PKT_FLAG_DISCARD,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_BT2020_CL,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_SMPTE170M,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { FormatContext, InputFormat, Packet, type Stream } from 'node-av/lib';
import { type Failed, failed, isFailed, type RenderRequest } from '../engine.ts';
import './quiet.ts';

/** An open MP4 or MOV and what is to be read of it. */
export interface VideoInput {
  readonly context: FormatContext;
  readonly stream: Stream;
  readonly audio: Stream | undefined;
  /** As shown: track rotation and pixel aspect applied. */
  readonly width: number;
  readonly height: number;
  /** Filters that turn a decoded frame the way it is shown; empty for most. */
  readonly upright: string;
  /** Frames as the file's index tells, 0 when it does not. */
  readonly declaredFrames: number;
  /** `role` is the word for this file in messages. */
  readonly role: string;
}

/** Opens a video for reading. Only the MOV demuxer and local files are allowed, and only H.264 and HEVC. */
export async function openVideo(path: string, role: string): Promise<VideoInput | Failed> {
  const damaged = failed(`The ${role} could not be opened as MP4 or MOV: it is damaged or incomplete.`);
  const context = new FormatContext();
  if ((await context.openInput(path, InputFormat.findInputFormat('mov'))) < 0) return damaged;
  if ((await context.findStreamInfo()) < 0) {
    await context.closeInput();
    return damaged;
  }
  const stream = context.streams[context.findBestStream(AVMEDIA_TYPE_VIDEO)];
  const codec = stream?.codecpar.codecId;
  if (stream === undefined || (codec !== AV_CODEC_ID_H264 && codec !== AV_CODEC_ID_HEVC)) {
    await context.closeInput();
    return failed(`The ${role} holds no H.264 or HEVC video.`);
  }
  const { width, height, upright } = asShown(stream);
  if (width < 1 || height < 1) {
    await context.closeInput();
    return damaged;
  }
  return {
    context,
    stream,
    audio: context.streams[context.findBestStream(AVMEDIA_TYPE_AUDIO)],
    width,
    height,
    upright,
    declaredFrames: Number(stream.nbFrames),
    role,
  };
}

/**
 * Whether a file's video can be copied into another: H.264, its matrix told, and no packet that its edit list
 * hides, which a copy would show. Reads the file's packets once, undecoded.
 */
export async function isCopyable(path: string): Promise<boolean> {
  const input = await openVideo(path, 'source');
  if (isFailed(input)) return false;
  const { codecId, colorSpace } = input.stream.codecpar;
  let copyable = codecId === AV_CODEC_ID_H264 && colorSpace === AVCOL_SPC_BT709;
  using packet = new Packet();
  packet.alloc();
  while (copyable && (await input.context.readFrame(packet)) >= 0) {
    if (packet.streamIndex === input.stream.index && packet.hasFlags(AV_PKT_FLAG_DISCARD)) copyable = false;
    packet.unref();
  }
  await input.context.closeInput();
  return copyable;
}

/** Size after pixel aspect and track rotation, and the filters that turn a frame. */
function asShown(stream: Stream): Pick<VideoInput, 'width' | 'height' | 'upright'> {
  const { codecpar } = stream;
  const { num, den } =
    stream.sampleAspectRatio.num > 0 ? stream.sampleAspectRatio : codecpar.sampleAspectRatio;
  const wide = num > 0 && den > 0 ? Math.round((codecpar.width * num) / den) : codecpar.width;
  const upright = turnsOf(codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX));
  const sideways = upright.includes('transpose');
  return { width: sideways ? codecpar.height : wide, height: sideways ? wide : codecpar.height, upright };
}

/** A track's display matrix (ISO/IEC 14496-12, 8.3.2) as filters, the way FFmpeg's own program turns it. */
function turnsOf(matrix: Buffer | null): string {
  if (matrix === null || matrix.length < 36) return '';
  const at = (n: number) => matrix.readInt32LE(n * 4);
  const across = Math.hypot(at(0), at(3));
  const down = Math.hypot(at(1), at(4));
  if (across === 0 || down === 0) return '';
  const degrees = Math.round((Math.atan2(at(1) / down, at(0) / across) * 180) / Math.PI);
  switch (((degrees % 360) + 360) % 360) {
    case 90:
      return at(3) > 0 ? 'transpose=cclock_flip,' : 'transpose=clock,';
    case 180:
      return `${at(0) < 0 ? 'hflip,' : ''}${at(4) < 0 ? 'vflip,' : ''}`;
    case 270:
      return at(3) < 0 ? 'transpose=clock_flip,' : 'transpose=cclock,';
    default:
      return '';
  }
}

/**
 * A stream's colour matrix, in the scale filter's words. Video that doesn't tell is BT.601 below 720 lines
 * and BT.709 from there up, as players take it.
 */
export function matrixOf({ codecpar }: Stream): 'bt601' | 'bt709' | 'bt2020' {
  switch (codecpar.colorSpace) {
    case AVCOL_SPC_BT709:
      return 'bt709';
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return 'bt601';
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return 'bt2020';
    default:
      return Math.max(codecpar.width, codecpar.height) >= 1280 ? 'bt709' : 'bt601';
  }
}

/** The job's output size for an open source. */
export function videoSize(input: VideoInput, request: Pick<RenderRequest, 'maxResolution'>) {
  return outputSize(input, request.maxResolution, 'video');
}
