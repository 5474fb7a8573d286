import { join } from 'node:path';
import type { Size } from '@restage/contract';
import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_ALAC,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_MP3,
} from 'node-av/constants';
import { watermark } from '../composite/watermark.ts';
import { type Failed, failed, isFailed, type RenderRequest, type RenderResult } from '../engine.ts';
import { automaticMatte } from '../matte/automatic.ts';
import { setStage } from '../scene/stage.ts';
import { createComposite } from './composite.ts';
import { type DecodedFrame, decodeFrames } from './decode.ts';
import { createWriter, type VideoWriter } from './encode.ts';
import { openVideo, type VideoInput, videoSize } from './open.ts';
import { type Planes, planesFromGrey, planesView } from './planes.ts';

/** Audio that MP4 carries and browsers play: copied as it is. */
const carriedAudio: ReadonlySet<number> = new Set([
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_ALAC,
]);

/** Renders a video job, a frame at a time. */
export async function renderVideo(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
): Promise<RenderResult> {
  const source = await openVideo(request.source, 'source');
  if (isFailed(source)) return source;
  const alpha = await openAlpha(request);
  if (isFailed(alpha)) {
    await source.context.closeInput();
    return alpha;
  }
  try {
    return await renderFrames(request, source, alpha, onProgress);
  } finally {
    await source.context.closeInput();
    await alpha?.context.closeInput();
  }
}

async function openAlpha(request: RenderRequest): Promise<VideoInput | Failed | undefined> {
  if (request.alphaMode !== 'custom') return undefined;
  if (request.alpha === undefined) return failed('Alpha mode custom needs an alpha.');
  return openVideo(request.alpha, 'alpha');
}

async function renderFrames(
  request: RenderRequest,
  source: VideoInput,
  alpha: VideoInput | undefined,
  onProgress: (fraction: number) => void,
): Promise<RenderResult> {
  const size = videoSize(source, request);
  const stage = await setStage(request, size.width, size.height);
  if (isFailed(stage)) return stage;
  const notes = [...stage.notes];
  const copied =
    source.audio !== undefined && carriedAudio.has(source.audio.codecpar.codecId) ? source.audio : undefined;
  if (source.audio !== undefined && copied === undefined)
    notes.push("the source's audio is of a kind that MP4 does not carry: left out");

  const path = (name: string) => join(request.outputDirectory, `${name}.mp4`);
  const common = { ...size, timeBase: source.stream.timeBase, frameRate: source.stream.avgFrameRate };
  const writers = {
    render: await createWriter(path('render'), { ...common, quality: 18, copied }),
    source: await createWriter(path('source'), { ...common, quality: 18 }),
    alpha: await createWriter(path('alpha'), { ...common, quality: 14 }),
  };
  try {
    const frames = decodeFrames(source, size, 'colour', async (packet) => {
      if (packet.streamIndex === copied?.index) await writers.render.copy(packet);
    });
    const mattes = alpha === undefined ? undefined : decodeFrames(alpha, size, 'matte');
    const next = () => Promise.all([frames.next(), mattes?.next()]);
    const composite = createComposite(stage, size);
    let written: Promise<unknown> = Promise.resolve();
    let count = 0;
    for (let step = next(); ; ) {
      const [frame, given] = await step;
      const ended = pairEnded(frame, given);
      if (isFailed(ended)) return ended;
      if (ended || frame.done === true) break;
      // The next frame is decoded and the last one encoded while this one is composited.
      step = next();
      const planes: Planes = { ...size, data: frame.value.data };
      const matte =
        request.alphaMode === 'auto'
          ? automaticMatte(planesView(planes))
          : given?.done === false
            ? given.value.data
            : undefined;
      const out = composite(planes, matte);
      if (request.watermark === true) watermark(out.data, size.width, size.height, 1, 235);
      const { pts, duration } = frame.value;
      await written;
      written = Promise.all([
        writers.render.write(out, pts, duration),
        writers.source.write(planes, pts, duration),
        writers.alpha.write(greyPlanes(matte, size), pts, duration),
      ]);
      count++;
      onProgress(Math.min(0.99, count / Math.max(count, source.declaredFrames)));
    }
    await written;
    if (count === 0) return failed('The source holds no frame that can be shown.');
    for (const writer of Object.values<VideoWriter>(writers)) await writer.finish();
    onProgress(1);
    return {
      kind: 'rendered',
      render: path('render'),
      source: path('source'),
      alpha: path('alpha'),
      ...size,
      frames: count,
      notes,
    };
  } finally {
    for (const writer of Object.values<VideoWriter>(writers)) await writer.close();
  }
}

function greyPlanes(matte: Uint8Array | undefined, { width, height }: Size): Planes {
  return planesFromGrey(matte ?? new Uint8Array(width * height).fill(255), width, height);
}

type Step = IteratorResult<DecodedFrame, Failed | undefined>;

/** Whether source and matte have ended, together as they should. */
function pairEnded(frame: Step, matte: Step | undefined): boolean | Failed {
  if (frame.done === true && frame.value !== undefined) return frame.value;
  if (matte?.done === true && matte.value !== undefined) return matte.value;
  if (matte !== undefined && frame.done !== matte.done) {
    return failed(
      `The alpha has ${matte.done === true ? 'fewer' : 'more'} frames than the source: they must have as many.`,
    );
  }
  return frame.done === true;
}
