import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compositeFrame, subjectStatistics } from '../composite/frame.ts';
import { pictureView } from '../composite/view.ts';
import { watermark } from '../composite/watermark.ts';
import { type Failed, failed, isFailed, type RenderRequest, type RenderResult } from '../engine.ts';
import { createMatteFinder, type MatteFinder } from '../matte/automatic.ts';
import { lookFor, setStage } from '../scene/stage.ts';
import { readMatte, readSource, readSourceHead } from './read.ts';
import { writePng } from './write.ts';

/** Renders an image job. What does not wait for anything else runs beside it, on libvips' threads. */
export async function renderImage(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  findMatte: MatteFinder = createMatteFinder(),
): Promise<RenderResult> {
  const head = await readSourceHead(request);
  if (isFailed(head)) return head;
  const { size, isPlain } = head;
  const { width, height } = size;
  const path = (name: string) => join(request.outputDirectory, `${name}.png`);
  const started: Promise<unknown>[] = [];
  const start = <T>(work: Promise<T>): Promise<T> => {
    started.push(Promise.allSettled([work]));
    return work;
  };
  const reading = start(readSource(request.source, size));
  const given = request.alphaMode === 'custom' ? start(readGiven(request, width, height)) : undefined;
  const staging = start(setStage(request, width, height));
  try {
    const source = await reading;
    if (isFailed(source)) return source;
    onProgress(0.1);
    const sourceWritten = start(
      isPlain
        ? copyFile(request.source, path('source'))
        : writePng(path('source'), source.data, width, height, 3),
    );
    const matte = request.alphaMode === 'auto' ? await findMatte(pictureView(source)) : await given;
    if (isFailed(matte)) return matte;
    const alpha = matte ?? new Uint8Array(width * height).fill(255);
    const alphaWritten = start(writePng(path('alpha'), alpha, width, height, 1));
    const stage = await staging;
    if (isFailed(stage)) return stage;
    onProgress(0.6);
    const lut = lookFor(stage, subjectStatistics(pictureView(source), matte));
    const render = new Uint8Array(width * height * 3);
    compositeFrame(stage, lut, source, matte, render);
    if (request.watermark === true) watermark(render, width, height, 3, 255);
    onProgress(0.8);
    await writePng(path('render'), render, width, height, 3);
    await Promise.all([sourceWritten, alphaWritten]);
    onProgress(1);
    return {
      kind: 'rendered',
      render: path('render'),
      source: path('source'),
      alpha: path('alpha'),
      ...size,
      frames: 1,
      notes: stage.notes,
    };
  } finally {
    // Whatever ended the job, nothing of it goes on.
    await Promise.all(started);
  }
}

/** The matte that came with the job, at output size. */
async function readGiven(
  request: RenderRequest,
  width: number,
  height: number,
): Promise<Uint8Array | Failed> {
  if (request.alpha === undefined) return failed('Alpha mode custom needs an alpha.');
  return readMatte(request.alpha, width, height);
}
