import { DamagedFileError } from '../../probe/reader.ts';
import type { Edit } from './edits.ts';
import { maxSamples, type Samples } from './samples.ts';

/** A frame as it is shown. */
interface DisplayedFrame {
  /** The number of the sample that it is decoded from. */
  readonly sample: number;
  /** In ticks of the track, from the beginning of the presentation; never before that of the frame before. */
  readonly time: number;
}

/** What a track shows, and when. */
export interface Timeline {
  /** How many frames are shown. Counting ends at {@link maxCountedFrames}. */
  readonly count: number;
  /** Frames in the order in which they are shown. Where there are more than {@link maxListedFrames}, not all of them. */
  readonly frames: readonly DisplayedFrame[];
  /** When the last frame ends. */
  readonly end: number;
}

/** What a timeline is computed from. */
export interface TimelineInput {
  readonly samples: Samples;
  /** How many samples, from the first one on, the edit list selects from. It only shifts those of fragments. */
  readonly edited: number;
  /** Samples that are there to decode from, and never shown. */
  readonly hidden: ReadonlySet<number>;
  /** The segments of the edit list, from its beginning. */
  listEdits(): Iterable<Edit>;
  /** Whether the track tells composition offsets. */
  readonly hasOffsets: boolean;
  /** How long the media is by its header, in ticks; 0 if it is not stored. */
  readonly mediaDuration: number;
}

export const maxCountedFrames = 1_000_000;
const maxListedFrames = 10_000;
/** Samples that an edit list may make us look at. An honest one needs each a few times. */
const maxSteps = 8 * maxSamples;

interface State {
  count: number;
  frames: DisplayedFrame[];
  steps: number;
  end: number;
}

/**
 * Computes which frames a track shows, and when: the one count from which limit, price, progress and render come.
 * It follows FFmpeg's reading of edit lists (libavformat/mov.c), so that it counts what `ffprobe -count_frames` counts:
 * a segment shows the samples whose composition time lies in it, leaves out a frame that began before it, and shows
 * nothing when it has no length. Each frame lasts until the next one is shown.
 */
export function computeTimeline(input: TimelineInput): Timeline {
  const { samples, edited } = input;
  const state: State = { count: 0, frames: [], steps: 0, end: 0 };
  const [first, second] = takeTwo(input.listEdits());
  if (first === undefined) {
    addAll(input, state, 0, 0);
  } else {
    addSegments(input, state);
    // Of an edit list before fragments, only the beginning counts.
    const begin = first.mediaTime === -1 ? second : first;
    const delay = first.mediaTime === -1 ? first.duration : 0;
    if (edited < samples.count) addAll(input, state, edited, delay - Math.max(0, begin?.mediaTime ?? 0));
  }
  return { count: Math.min(state.count, maxCountedFrames), frames: state.frames, end: state.end };
}

function takeTwo(edits: Iterable<Edit>): Edit[] {
  const taken: Edit[] = [];
  for (const edit of edits) if (taken.push(edit) === 2) break;
  return taken;
}

/** Shows all samples from one on that aren't hidden, at their composition times and a shift. */
function addAll({ samples, hidden }: TimelineInput, state: State, from: number, shift: number): void {
  const shown: number[] = [];
  for (let sample = from; sample < samples.count; sample += 1)
    if (!hidden.has(sample)) addSample(state, shown, sample);
  const times = shown.map((sample) => samples.compositionTimes[sample] as number);
  // Nothing is shown before the presentation begins.
  const allowed = Math.max(
    shift,
    times.reduce((one, time) => Math.max(one, -time), Number.NEGATIVE_INFINITY),
  );
  addFrames(samples, state, shown, allowed);
  state.end = getMediaEnd(samples) + allowed;
}

function addSample(state: State, shown: number[], sample: number): void {
  state.count += 1;
  if (state.count <= maxListedFrames) shown.push(sample);
}

/**
 * Appends samples in the order of their composition times.
 * @param begin when the first of them begins, if that is before its own time
 */
function addFrames(samples: Samples, state: State, shown: number[], shift: number, begin?: number): void {
  const getTime = (sample: number) => (samples.compositionTimes[sample] as number) + shift;
  shown.sort((one, other) => getTime(one) - getTime(other));
  for (const [n, sample] of shown.entries()) {
    const time = n === 0 ? (begin ?? getTime(sample)) : getTime(sample);
    state.frames.push({ sample, time: Math.max(state.frames.at(-1)?.time ?? time, time) });
  }
}

function addSegments(input: TimelineInput, state: State): void {
  const { samples, edited, mediaDuration } = input;
  const mediaEnd = Math.max(getMediaEnd(samples), getMediaBegin(samples) + mediaDuration);
  let start = 0;
  let hasBegun = false;
  for (const edit of input.listEdits()) {
    // FFmpeg skips the empty segments at the beginning alone. Later ones play the media from its beginning.
    if (hasBegun || edit.mediaTime !== -1) {
      hasBegun = true;
      const shown: number[] = [];
      const before = state.count;
      addSegment(input, state, shown, edit);
      addFrames(samples, state, shown, start - edit.mediaTime, start);
      if (state.count > before) state.end = start + Math.min(edit.duration, mediaEnd - edit.mediaTime);
    }
    if (state.count >= maxCountedFrames || edited === 0) return;
    start += edit.duration;
  }
}

/** Takes the samples of a segment: from the one that its decoding begins with to the second sync sample after its end. */
function addSegment(input: TimelineInput, state: State, shown: number[], edit: Edit): void {
  const { samples, edited, hidden, hasOffsets } = input;
  const end = edit.mediaTime + edit.duration;
  let hasPassedSync = false;
  for (let sample = findFirstSample(input, state, edit.mediaTime); sample < edited; sample += 1) {
    countStep(state);
    const time = samples.compositionTimes[sample] as number;
    const isShown = time >= edit.mediaTime && time < end && !hidden.has(sample);
    if (isShown) addSample(state, shown, sample);
    const decodeTime = samples.decodeTimes[sample] as number;
    const duration =
      sample + 1 < edited ? (samples.decodeTimes[sample + 1] as number) - decodeTime : edit.duration;
    if (time + duration < end || samples.sync[sample] === 0) continue;
    // Where times are reordered, samples behind the first sync sample after the end may still belong before it.
    if (!hasOffsets || hasPassedSync) return;
    hasPassedSync = true;
  }
}

/** The sample from which a segment is decoded: the last sync sample before its beginning, or the first sample of all. */
function findFirstSample({ samples, edited, hasOffsets }: TimelineInput, state: State, time: number): number {
  const { decodeTimes, compositionTimes, sync } = samples;
  const nearest = findDecodedAt(decodeTimes, edited, time);
  const isLater = (sample: number) => hasOffsets && (compositionTimes[sample] as number) > time;
  for (let sample = nearest; sample >= 0; sample -= 1) {
    countStep(state);
    if (sync[sample] === 1 && !isLater(sample)) return sample;
  }
  return hasOffsets ? 0 : Math.max(0, nearest);
}

/** The first sample that is decoded at a time, or else the last one before it; −1 where there is none. */
function findDecodedAt(decodeTimes: Float64Array, count: number, time: number): number {
  let [low, high] = [-1, count];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((decodeTimes[middle] as number) < time) low = middle;
    else high = middle;
  }
  return high < count && decodeTimes[high] === time ? high : low;
}

function countStep(state: State): void {
  state.steps += 1;
  if (state.steps > maxSteps) throw new DamagedFileError('its edit list is too long to follow');
}

/** When the first sample that is shown begins. */
function getMediaBegin({ compositionTimes }: Samples): number {
  return compositionTimes.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}

/** When the last sample that is shown ends: it is shown as long as the one that is decoded last lasts. */
function getMediaEnd({ count, compositionTimes, decodeTimes }: Samples): number {
  if (count === 0) return 0;
  const last = compositionTimes.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  return last + (decodeTimes[count] as number) - (decodeTimes[count - 1] as number);
}
