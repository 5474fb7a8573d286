import { copyFile } from 'node:fs/promises';
import { failWith, isFailure } from '@restage/errors';
import { compositeRows, subjectStatistics } from '../composite/frame.ts';
import { pictureView } from '../composite/view.ts';
import { watermark } from '../composite/watermark.ts';
import type { InputFailure, RenderRequest, RenderResult } from '../engine.ts';
import { createMatteFinder, type MatteFinder } from '../matte/automatic.ts';
import { outputPaths } from '../outputs.ts';
import { lookFor, setStage } from '../scene/stage.ts';
import { pixelRows, writePng } from './png.ts';
import { readMatte, readSource, readSourceHead } from './read.ts';

/** Renders an image job. What does not wait for anything else runs beside it, on libvips' threads. */
export async function renderImage(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  findMatte: MatteFinder = createMatteFinder(),
): Promise<RenderResult> {
  const head = await readSourceHead(request);
  if (isFailure(head)) return head;
  const { size, isPlain } = head;
  const { width, height } = size;
  const paths = outputPaths(request.outputDirectory, 'png');
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
    if (isFailure(source)) return source;
    onProgress(0.1);
    const sourceWritten = start(
      isPlain
        ? copyFile(request.source, paths.source)
        : writePng(paths.source, pixelRows(source.data, width, height, 3)),
    );
    const matte = request.alphaMode === 'auto' ? await findMatte(pictureView(source)) : await given;
    if (isFailure(matte)) return matte;
    const alpha = matte ?? new Uint8Array(width * height).fill(255);
    const alphaWritten = start(writePng(paths.alpha, pixelRows(alpha, width, height, 1)));
    const stage = await staging;
    if (isFailure(stage)) return stage;
    onProgress(0.6);
    const lut = lookFor(stage, subjectStatistics(pictureView(source), matte));
    const composite = compositeRows(stage, lut, source, matte);
    const mark = request.watermark === true ? watermark(size, 3, 255) : undefined;
    await writePng(paths.render, {
      ...{ width, height, channels: 3 },
      row(y, out) {
        composite(y, out);
        mark?.(y, out);
      },
    });
    await Promise.all([sourceWritten, alphaWritten]);
    onProgress(1);
    return {
      ...paths,
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
): Promise<Uint8Array | InputFailure> {
  if (request.alpha === undefined) return failWith('INVALID_INPUT', 'Alpha mode custom needs an alpha.');
  return readMatte(request.alpha, width, height);
}
