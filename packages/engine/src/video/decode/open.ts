import { computeOutputSize, limits } from '@restage/contract';
import { failWith } from '@restage/errors';
import { type DisplayMatrix, getTurn, type Movie, readMovieFile } from '@restage/media/movie';
import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_PKT_DATA_DOVI_CONF,
  AVCOL_SPC_BT709,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Dictionary, FormatContext, InputFormat, Rational, type Stream } from 'node-av/lib';
import type { InputFailure, RenderRequest } from '../../engine.ts';
import { openSamples, type SampleReader } from './packets.ts';
import '../silence-ffmpeg-log.ts';

/** An open MP4 or MOV. */
export interface VideoInput {
  /** The demuxer, which ignores edit lists: `movie` says which frames are shown, and when. */
  readonly context: FormatContext;
  readonly stream: Stream;
  readonly movie: Movie;
  /** Reads the packets of `stream`. */
  readonly samples: SampleReader;
  /** Of `audioContext`, where that is open. */
  readonly audio: Stream | undefined;
  /** A demuxer for the audio alone, which applies edit lists; only if requested. */
  readonly audioContext: FormatContext | undefined;
  /** Size as shown: track rotation and pixel aspect applied. */
  readonly width: number;
  readonly height: number;
  /** Filters that rotate a decoded frame as it is shown; empty for most videos. */
  readonly upright: string;
  /** Unit of `times`: the stream's time base, or an integer fraction of it. */
  readonly timeBase: Rational;
  /** The time of each frame, and the end of the last one; strictly increasing. */
  readonly times: readonly bigint[];
  /** The word for this file in messages. */
  readonly role: string;
}

/**
 * Opens a video for reading. Only the MOV demuxer, local files, H.264 and HEVC are allowed.
 * @param hasAudio whether to read its audio too
 */
export async function openVideo(
  path: string,
  role: string,
  hasAudio = false,
): Promise<VideoInput | InputFailure> {
  const damaged = failWith(
    'INVALID_INPUT',
    `The ${role} could not be opened as MP4 or MOV: it is damaged or incomplete.`,
  );
  const movie = readMovieFile(path);
  if (movie === 'damaged') return damaged;
  const foreign = failWith('INVALID_INPUT', `The ${role} holds no H.264 or HEVC video.`);
  if ('unsupported' in movie) return foreign;
  const context = await openContext(path, { ignore_editlist: '1' });
  if (context === undefined) return damaged;
  const stream = context.streams.find(
    ({ id, codecpar }) => id === movie.trackId && codecpar.codecType === AVMEDIA_TYPE_VIDEO,
  );
  const codec = stream?.codecpar.codecId;
  if (stream === undefined || (codec !== AV_CODEC_ID_H264 && codec !== AV_CODEC_ID_HEVC)) {
    await context.closeInput();
    return foreign;
  }
  if (isDolbyVisionAlone(stream)) {
    await context.closeInput();
    return failWith(
      'INVALID_INPUT',
      `The ${role} is Dolby Vision of profile 5, which has no picture for other decoders.`,
    );
  }
  const audioIndex = context.findBestStream(AVMEDIA_TYPE_AUDIO);
  const audioContext =
    hasAudio && context.streams[audioIndex] !== undefined ? await openContext(path, {}) : undefined;
  return {
    ...{ context, stream, movie, role, audioContext },
    samples: openSamples(context, stream),
    audio: (audioContext ?? context).streams[audioIndex],
    width: movie.width,
    height: movie.height,
    upright: getRotationFilters(movie.matrix),
    ...getTimes(movie),
  };
}

async function openContext(
  path: string,
  options: Readonly<Record<string, string>>,
): Promise<FormatContext | undefined> {
  const context = new FormatContext();
  const opened = await context.openInput(
    path,
    InputFormat.findInputFormat('mov'),
    Dictionary.fromObject(options),
  );
  if (opened < 0) return undefined;
  if ((await context.findStreamInfo()) >= 0) return context;
  await context.closeInput();
  return undefined;
}

/**
 * Whether a stream's Dolby Vision record (profile in its third byte) says that no other format can show its colours.
 */
function isDolbyVisionAlone({ codecpar }: Stream): boolean {
  return codecpar.getCodedSideData(AV_PKT_DATA_DOVI_CONF)?.[2] === 5;
}

/** Closes what {@link openVideo} opened. */
export async function closeVideo({ context, audioContext }: VideoInput): Promise<void> {
  await context.closeInput();
  await audioContext?.closeInput();
}

/** Fails if a video is too long or too large, should it have passed the checks at the start. */
export function findExcess({ movie, role }: VideoInput): InputFailure | undefined {
  const { count } = movie.timeline;
  if (count > limits.videoFrames)
    return failWith(
      'INVALID_INPUT',
      `The ${role} shows ${count} frames; at most ${limits.videoFrames} are rendered.`,
    );
  return findOversize(movie.largest, role);
}

/** Fails if a picture of this size may not be decoded. */
export function findOversize(
  { width, height }: { readonly width: number; readonly height: number },
  role: string,
): InputFailure | undefined {
  if (width * height <= limits.sourcePixels) return undefined;
  const pixels = width * height;
  return failWith(
    'INVALID_INPUT',
    `The ${role} holds a picture of ${width}×${height}, which is ${pixels} pixels; at most ${limits.sourcePixels} are decoded.`,
  );
}

/** Minimum ticks per second of times, so that a frame can be moved by one unnoticed. */
const minTicks = 10_000;

/** The times of a movie's frames. Frames with the same time are moved apart by a tick. */
function getTimes({ timescale, timeline }: Movie): Pick<VideoInput, 'timeBase' | 'times'> {
  let parts = 1;
  while (timescale * parts < minTicks) parts *= 2;
  let last = Number.NEGATIVE_INFINITY;
  const all = [...timeline.frames.map(({ time }) => time), timeline.end];
  const times = all.map((time) => {
    last = Math.max(last + 1, Math.round(time * parts));
    return BigInt(last);
  });
  return { timeBase: new Rational(1, timescale * parts), times };
}

/** Maximum difference of durations, in seconds, that count as equal: whole milliseconds of 23.976 frames per second. */
const maxUnevenness = 0.00075;

/**
 * Whether all frames of a video have the same duration. Otherwise, if they are coded out of order, MP4 does not store
 * exact durations.
 */
export function hasConstantFrameRate({ times, timeBase: { num, den } }: VideoInput): boolean {
  const durations = times.slice(1).map((time, number) => Number(time - (times[number] as bigint)));
  const mean = Number((times.at(-1) as bigint) - (times[0] as bigint)) / durations.length;
  return durations.every((duration) => (Math.abs(duration - mean) * num) / den <= maxUnevenness);
}

/** The times that the packets of a copied track get, in ticks. */
export interface CopyTiming {
  /** What is added to the times at which samples are shown. */
  readonly compositionShift: number;
  /** What is added to the times at which samples are decoded. */
  readonly decodeShift: number;
  /** The duration of every packet: that of the last sample. The muxer takes all others from the times of decoding. */
  readonly duration: number;
}

/**
 * How the samples of a video are copied as they are; undefined if a copy would not show the same. A muxer accepts no
 * sample that is shown before it is decoded, as a track with negative composition offsets has them: all are decoded
 * earlier. It ends the track with the packet that ends last (libavformat/movenc.c), by the packets' own durations: the
 * frame that is shown last lasts as long as the sample that is decoded last, which need not be the same.
 */
export function getCopyTiming({ stream, movie }: VideoInput): CopyTiming | undefined {
  const { codecId, colorSpace } = stream.codecpar;
  if (codecId !== AV_CODEC_ID_H264 || colorSpace !== AVCOL_SPC_BT709) return undefined;
  const { samples, timeline, timescale } = movie;
  const [first] = timeline.frames;
  if (first === undefined || timeline.frames.length !== samples.count) return undefined;
  const getTime = (sample: number) => samples.compositionTimes[sample] as number;
  const getDuration = (sample: number) =>
    (samples.decodeTimes[sample + 1] as number) - (samples.decodeTimes[sample] as number);
  const shift = first.time - getTime(first.sample);
  const isSame = timeline.frames.every(
    ({ sample, time }, number) =>
      time === getTime(sample) + shift &&
      time > (timeline.frames[number - 1]?.time ?? Number.NEGATIVE_INFINITY) &&
      getDuration(number) > 0,
  );
  const span = (samples.decodeTimes[samples.count] as number) - (samples.decodeTimes[0] as number);
  // An edit list stores its end in ticks of the movie, which are coarser.
  const isWhole = Math.abs(timeline.end - first.time - span) <= timescale / 500;
  if (!isSame || !isWhole) return undefined;
  const lowestOffset = timeline.frames.reduce(
    (lowest, { sample }) => Math.min(lowest, getTime(sample) - (samples.decodeTimes[sample] as number)),
    0,
  );
  return {
    compositionShift: shift,
    decodeShift: shift + lowestOffset,
    duration: getDuration(samples.count - 1),
  };
}

/** A track's display matrix (ISO/IEC 14496-12, 8.3.2) as filters, rotated as FFmpeg's own program does. */
function getRotationFilters(matrix: DisplayMatrix): string {
  const [a = 0, , , c = 0, d = 0] = matrix;
  switch (getTurn(matrix)) {
    case 90:
      return c > 0 ? 'transpose=cclock_flip,' : 'transpose=clock,';
    case 180:
      return `${a < 0 ? 'hflip,' : ''}${d < 0 ? 'vflip,' : ''}`;
    case 270:
      return c < 0 ? 'transpose=clock_flip,' : 'transpose=cclock,';
    default:
      return '';
  }
}

/** The job's output size for an open source. */
export function getOutputSize(input: VideoInput, request: Pick<RenderRequest, 'maxResolution'>) {
  return computeOutputSize(input, request.maxResolution, 'video');
}
