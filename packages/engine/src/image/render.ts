import { join } from 'node:path';
import { compositeFrame, subjectStatistics } from '../composite/frame.ts';
import { type Picture, pictureView } from '../composite/view.ts';
import { watermark } from '../composite/watermark.ts';
import { type Failed, failed, isFailed, type RenderRequest, type RenderResult } from '../engine.ts';
import { createMatteFinder, type MatteFinder } from '../matte/automatic.ts';
import { lookFor, setStage } from '../scene/stage.ts';
import { readMatte, readSource } from './read.ts';
import { writePng } from './write.ts';

/** Renders an image job. */
export async function renderImage(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  findMatte: MatteFinder = createMatteFinder(),
): Promise<RenderResult> {
  const source = await readSource(request);
  if (isFailed(source)) return source;
  const { width, height } = source;
  onProgress(0.1);
  const [matte, stage] = await Promise.all([
    matteFor(request, source, findMatte),
    setStage(request, width, height),
  ]);
  if (isFailed(matte)) return matte;
  if (isFailed(stage)) return stage;
  onProgress(0.6);
  const lut = lookFor(stage, subjectStatistics(pictureView(source), matte));
  const render = new Uint8Array(width * height * 3);
  compositeFrame(stage, lut, source, matte, render);
  if (request.watermark === true) watermark(render, width, height, 3, 255);
  onProgress(0.8);
  const paths = {
    render: join(request.outputDirectory, 'render.png'),
    source: join(request.outputDirectory, 'source.png'),
    alpha: join(request.outputDirectory, 'alpha.png'),
  };
  await Promise.all([
    writePng(paths.render, render, width, height, 3),
    writePng(paths.source, source.data, width, height, 3),
    writePng(paths.alpha, matte ?? new Uint8Array(width * height).fill(255), width, height, 1),
  ]);
  onProgress(1);
  return { kind: 'rendered', ...paths, width, height, frames: 1, notes: stage.notes };
}

/** The job's matte at output size; undefined when the whole frame is the subject. */
async function matteFor(
  request: RenderRequest,
  source: Picture,
  findMatte: MatteFinder,
): Promise<Uint8Array | Failed | undefined> {
  switch (request.alphaMode) {
    case 'fill':
      return undefined;
    case 'custom':
      if (request.alpha === undefined) return failed('Alpha mode custom needs an alpha.');
      return readMatte(request.alpha, source.width, source.height);
    case 'auto':
      return findMatte(pictureView(source));
    default:
      return request.alphaMode satisfies never;
  }
}
