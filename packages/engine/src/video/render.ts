import type { Size } from '@restage/contract';
import { failWith, isFailure } from '@restage/errors';
import {
  createMatteFinder,
  createNetworkFinder,
  createSelectFinder,
  type MatteFinder,
  type MatteNetwork,
} from '@restage/matting';
import { type ColourStatistics, createPlanes, type Planes, viewPlanes, writeGrey } from '@restage/pixels';
import { watermark } from '../composite/watermark.ts';
import type { InputFailure, RenderRequest, RenderResult } from '../engine.ts';
import { getOutputPaths } from '../outputs.ts';
import { type PreparedScene, prepareScene } from '../prepare-scene.ts';
import { analyzeVideo } from './analyze-video.ts';
import { openAudio } from './audio/audio.ts';
import { createComposite } from './blend/composite.ts';
import { carryGivenMatte } from './carry-matte.ts';
import { type DecodedFrame, decodeFrames } from './decode/decode.ts';
import { isPlain } from './decode/frame-filter.ts';
import {
  type CopyTiming,
  closeVideo,
  findExcess,
  getCopyTiming,
  getOutputSize,
  hasConstantFrameRate,
  openVideo,
  type VideoInput,
} from './decode/open.ts';
import { createCopier, createWriter } from './encode.ts';
import { sampleShot } from './sample-shot.ts';

/** Share of a job's progress for analyzing a shot, for sampling it, and for carrying a matte through it. */
const [analysisProgressShare, samplingProgressShare, carryingProgressShare] = [0.1, 0.03, 0.5];

/** Renders a video job, frame by frame. */
export function renderVideo(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  network?: MatteNetwork,
): Promise<RenderResult> {
  return withInputs(request, async (source, alpha) => {
    const job = await prepareJob(request, source, onProgress, network);
    if (isFailure(job)) return job;
    const timing = isPlain(source, job.size) ? getCopyTiming(source) : undefined;
    const result = await writeVideos(job, source, alpha, timing);
    if (result !== 'not as stored') return result;
    // Only decoding shows that a frame differs from the file's header: start over, and encode the source.
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
  readonly scene: PreparedScene;
  readonly colours: ColourStatistics | undefined;
  /** Creates what finds the mattes; undefined if they are given, or none are needed. */
  readonly newFinder: (() => MatteFinder) | undefined;
  /** Progress when rendering begins. */
  readonly preparedShare: number;
  readonly onProgress: (fraction: number) => void;
}

/** Prepares the scene, and analyzes or samples the shot, or carries a matte through it. */
async function prepareJob(
  request: RenderRequest,
  source: VideoInput,
  onProgress: (fraction: number) => void,
  network?: MatteNetwork,
): Promise<Job | InputFailure> {
  const size = getOutputSize(source, request);
  const scene = await prepareScene(request, size.width, size.height);
  if (isFailure(scene)) return scene;
  if (request.alphaMode === 'select') {
    const preparedShare = carryingProgressShare;
    const shot = await carryGivenMatte(request, size, (fraction) => onProgress(fraction * preparedShare));
    if (isFailure(shot)) return shot;
    const { colours } = shot;
    return {
      request,
      size,
      scene,
      colours,
      preparedShare,
      onProgress,
      newFinder: () => createSelectFinder(shot),
    };
  }
  const isAnalysed = request.alphaMode === 'auto';
  const preparedShare = isAnalysed ? analysisProgressShare : samplingProgressShare;
  const onPrepareProgress = (fraction: number) => onProgress(fraction * preparedShare);
  const analysis = isAnalysed
    ? await analyzeVideo(request.source, size, onPrepareProgress, network)
    : undefined;
  const newAutoFinder = (): MatteFinder =>
    network === undefined ? createMatteFinder(analysis?.shot) : createNetworkFinder(network, analysis?.shot);
  const newFinder = isAnalysed ? newAutoFinder : undefined;
  const needsSampling = analysis === undefined || (network !== undefined && analysis.shot === undefined);
  const colours = needsSampling
    ? await sampleShot(request, size, onPrepareProgress, newFinder)
    : analysis.colours;
  return { request, size, scene, colours, newFinder, preparedShare, onProgress };
}

/**
 * Renders all frames, and writes the three videos.
 * @param timing set if the source is copied as stored, since all of its frames are shown: the times of its packets
 */
async function writeVideos(
  { request, size, scene, colours, newFinder, preparedShare, onProgress }: Job,
  source: VideoInput,
  alpha: VideoInput | undefined,
  timing: CopyTiming | undefined,
): Promise<RenderResult | 'not as stored'> {
  const find = newFinder?.();
  const audio = await openAudio(request.source, source);
  const notes = [...scene.notes];
  if (source.audio !== undefined && audio === undefined)
    notes.push("the source's audio could not be decoded: left out");

  const paths = getOutputPaths(request.outputDirectory, 'mp4');
  const common = {
    ...size,
    timeBase: source.timeBase,
    frameRate: source.stream.avgFrameRate,
    keepsOrder: !hasConstantFrameRate(source),
  };
  const copier = timing === undefined ? undefined : await createCopier(paths.source, source.stream, timing);
  const sourceWriter =
    timing !== undefined
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
    const composite = createComposite(scene, size, colours);
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
        find !== undefined
          ? await find(viewPlanes(planes))
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
      // A writer copies its frames, so `out` and `grey` can be reused.
      written = Promise.all([
        writers.render.write(out, pts, duration),
        sourceWriter?.write(planes, pts, duration),
        writers.alpha.write(grey, pts, duration),
      ]);
      count++;
      onProgress(Math.min(0.99, preparedShare + ((1 - preparedShare) * count) / source.movie.timeline.count));
    }
    await written;
    if (count === 0) return failWith('INVALID_INPUT', 'The source holds no frame that can be shown.');
    for (const writer of opened) await writer.finish();
    onProgress(1);
    return {
      ...paths,
      ...size,
      frames: count,
      understood: scene.understood,
      notes,
    };
  } finally {
    // However the loop ends, nothing may be closed while native code still uses it.
    await Promise.allSettled([step, written]);
    await Promise.allSettled([frames.return(undefined), mattes?.return(undefined)]);
    for (const writer of opened) await writer.close();
  }
}

type Step = IteratorResult<DecodedFrame, InputFailure | undefined>;

/** Whether source and matte have ended, which they must do together. */
function pairEnded(frame: Step, matte: Step | undefined): boolean | InputFailure {
  if (frame.done === true && frame.value !== undefined) return frame.value;
  if (matte?.done === true && matte.value !== undefined) return matte.value;
  if (matte?.done === true && frame.done !== true)
    return failWith('INVALID_INPUT', 'The alpha holds no frame that can be shown.');
  return frame.done === true;
}
