import type { Size } from '@restage/contract';
import { failWith, isFailure } from '@restage/errors';
import type { ColourStatistics } from '../colour/statistics.ts';
import { watermark } from '../composite/watermark.ts';
import type { InputFailure, RenderRequest, RenderResult } from '../engine.ts';
import { createMatteFinder, type MatteFinder } from '../matte/automatic.ts';
import { outputPaths } from '../outputs.ts';
import { type Stage, setStage } from '../scene/stage.ts';
import { openAudio } from './audio.ts';
import { createComposite } from './composite.ts';
import { type DecodedFrame, decodeFrames } from './decode.ts';
import { createCopier, createWriter } from './encode.ts';
import { isPlain } from './frame-filter.ts';
import { lookAtShot } from './look.ts';
import { closeVideo, findExcess, isSteady, openVideo, planCopy, type VideoInput, videoSize } from './open.ts';
import { createPlanes, type Planes, planesView, writeGrey } from './planes.ts';
import { surveyVideo } from './survey.ts';

/** The share of a job's progress in which a shot is surveyed, or only looked at here and there. */
const [surveyShare, lookShare] = [0.1, 0.03];

/** Renders a video job, a frame at a time. */
export function renderVideo(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  newFinder?: () => MatteFinder,
): Promise<RenderResult> {
  return withInputs(request, async (source, alpha) => {
    const job = await prepare(request, source, onProgress, newFinder);
    if (isFailure(job)) return job;
    const shift = isPlain(source, job.size) ? planCopy(source) : undefined;
    const result = await writeVideos(job, source, alpha, shift);
    if (result !== 'not as stored') return result;
    // Only decoding tells that a frame is not what the file's header says: begin anew, and encode the source.
    return withInputs(request, async (...inputs) => {
      const encoded = await writeVideos(job, ...inputs, undefined);
      if (encoded === 'not as stored') throw new Error('a source was copied that was to be encoded');
      return encoded;
    });
  });
}

/** Opens a job's videos for as long as `work` takes. */
async function withInputs(
  request: RenderRequest,
  work: (source: VideoInput, alpha: VideoInput | undefined) => Promise<RenderResult>,
): Promise<RenderResult> {
  const source = await openVideo(request.source, 'source', true);
  if (isFailure(source)) return source;
  const alpha = await openAlpha(request);
  if (isFailure(alpha)) {
    await closeVideo(source);
    return alpha;
  }
  try {
    const excess = findExcess(source) ?? (alpha && findExcess(alpha)) ?? findMismatch(source, alpha);
    return excess ?? (await work(source, alpha));
  } finally {
    await closeVideo(source);
    if (alpha !== undefined) await closeVideo(alpha);
  }
}

async function openAlpha(request: RenderRequest): Promise<VideoInput | InputFailure | undefined> {
  if (request.alphaMode !== 'custom') return undefined;
  if (request.alpha === undefined) return failWith('INVALID_INPUT', 'Alpha mode custom needs an alpha.');
  return openVideo(request.alpha, 'alpha');
}

/** A matte must have as many frames as its source. */
function findMismatch(source: VideoInput, alpha: VideoInput | undefined): InputFailure | undefined {
  const [frames, given] = [source.times.length - 1, (alpha ?? source).times.length - 1];
  if (frames === given) return undefined;
  return failWith(
    'INVALID_INPUT',
    `The alpha has ${given} frames and the source has ${frames}: they must have as many.`,
  );
}

/** What is known of a job before its frames are rendered. */
interface Job {
  readonly request: RenderRequest;
  readonly size: Size;
  readonly stage: Stage;
  readonly colours: ColourStatistics | undefined;
  readonly newFinder: () => MatteFinder;
  /** The share of the progress that lies behind. */
  readonly begun: number;
  readonly onProgress: (fraction: number) => void;
}

/** Sets the stage, and looks at the shot. */
async function prepare(
  request: RenderRequest,
  source: VideoInput,
  onProgress: (fraction: number) => void,
  newFinder?: () => MatteFinder,
): Promise<Job | InputFailure> {
  const size = videoSize(source, request);
  const stage = await setStage(request, size.width, size.height);
  if (isFailure(stage)) return stage;
  const isSurveyed = request.alphaMode === 'auto' && newFinder === undefined;
  const begun = isSurveyed ? surveyShare : lookShare;
  const onBeginning = (fraction: number) => onProgress(fraction * begun);
  const survey = isSurveyed ? await surveyVideo(request.source, size, onBeginning) : undefined;
  const colours =
    survey === undefined ? await lookAtShot(request, size, onBeginning, newFinder) : survey.colours;
  return {
    ...{ request, size, stage, colours, begun, onProgress },
    newFinder: newFinder ?? (() => createMatteFinder(survey?.surveyed)),
  };
}

/**
 * Renders all frames, and writes the three videos.
 * @param shift given where the source is copied as it is stored, since all of its frames are what is to be shown: what is
 *   added to their times
 */
async function writeVideos(
  { request, size, stage, colours, newFinder, begun, onProgress }: Job,
  source: VideoInput,
  alpha: VideoInput | undefined,
  shift: number | undefined,
): Promise<RenderResult | 'not as stored'> {
  const find = newFinder();
  const audio = await openAudio(request.source, source);
  const notes = [...stage.notes];
  if (source.audio !== undefined && audio === undefined)
    notes.push("the source's audio could not be decoded: left out");

  const paths = outputPaths(request.outputDirectory, 'mp4');
  const common = {
    ...size,
    timeBase: source.timeBase,
    frameRate: source.stream.avgFrameRate,
    keepsOrder: !isSteady(source),
  };
  const copier = shift === undefined ? undefined : await createCopier(paths.source, source.stream, shift);
  const sourceWriter =
    shift !== undefined
      ? undefined
      : await createWriter(paths.source, { ...common, preset: 'veryfast', quality: 21 });
  const writers = {
    render: await createWriter(paths.render, { ...common, preset: 'veryfast', quality: 21, audio }),
    alpha: await createWriter(paths.alpha, { ...common, preset: 'ultrafast', quality: 12 }),
  };
  const opened = [writers.render, writers.alpha, sourceWriter, copier].filter((one) => one !== undefined);
  const frames = decodeFrames(source, size, 'colour', {
    async onPacket(packet) {
      if (packet.streamIndex === audio?.stream.index) await writers.render.writeAudio(packet);
      if (packet.streamIndex === source.stream.index) await copier?.copy(packet);
    },
  });
  const mattes = alpha === undefined ? undefined : decodeFrames(alpha, size, 'matte');
  const next = () => Promise.all([frames.next(), mattes?.next()]);
  let step = next();
  let written: Promise<unknown> = Promise.resolve();
  try {
    const composite = createComposite(stage, size, colours);
    const grey = createPlanes(size.width, size.height);
    const mark = request.watermark === true ? watermark(size, 1, 235) : undefined;
    let count = 0;
    for (;;) {
      const [frame, given] = await step;
      const ended = pairEnded(frame, given);
      if (isFailure(ended)) return ended;
      if (ended || frame.done === true) break;
      if (copier !== undefined && !frame.value.isAsStored) return 'not as stored';
      // The next frame is decoded and the last one encoded while this one is composited.
      step = next();
      const planes: Planes = { ...size, data: frame.value.data };
      const matte =
        request.alphaMode === 'auto'
          ? await find(planesView(planes))
          : given?.done === false
            ? given.value.data
            : undefined;
      const out = composite(planes, matte);
      if (mark !== undefined)
        for (let y = 0; y < size.height; y++)
          mark(y, out.data.subarray(y * size.width, (y + 1) * size.width));
      const { pts, duration } = frame.value;
      writeGrey(matte, grey);
      await written;
      // A writer copies what it is given, so `out` and `grey` may be used again.
      written = Promise.all([
        writers.render.write(out, pts, duration),
        sourceWriter?.write(planes, pts, duration),
        writers.alpha.write(grey, pts, duration),
      ]);
      count++;
      onProgress(Math.min(0.99, begun + ((1 - begun) * count) / source.movie.timeline.count));
    }
    await written;
    if (count === 0) return failWith('INVALID_INPUT', 'The source holds no frame that can be shown.');
    for (const writer of opened) await writer.finish();
    onProgress(1);
    return {
      ...paths,
      ...size,
      frames: count,
      notes,
    };
  } finally {
    // Whatever ended the loop, nothing may be closed while native code still works on it.
    await Promise.allSettled([step, written]);
    await Promise.allSettled([frames.return(undefined), mattes?.return(undefined)]);
    for (const writer of opened) await writer.close();
  }
}

type Step = IteratorResult<DecodedFrame, InputFailure | undefined>;

/** Whether source and matte have ended, together as they should. */
function pairEnded(frame: Step, matte: Step | undefined): boolean | InputFailure {
  if (frame.done === true && frame.value !== undefined) return frame.value;
  if (matte?.done === true && matte.value !== undefined) return matte.value;
  if (matte?.done === true && frame.done !== true)
    return failWith('INVALID_INPUT', 'The alpha holds no frame that can be shown.');
  return frame.done === true;
}
