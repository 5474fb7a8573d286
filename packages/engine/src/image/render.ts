import { copyFile } from 'node:fs/promises';
import { takesMatte } from '@restage/contract';
import { failWith, isFailure } from '@restage/errors';
import { createMatteFinder, type MatteFinder } from '@restage/matting';
import { viewPicture } from '@restage/pixels';
import { compositeRows, computeSubjectStatistics } from '../composite/frame.ts';
import { watermark } from '../composite/watermark.ts';
import type { InputFailure, RenderRequest, RenderResult } from '../engine.ts';
import { getOutputPaths } from '../outputs.ts';
import { buildLut, prepareScene } from '../prepare-scene.ts';
import { writePng } from './png.ts';
import { readMatte, readSource, readSourceHead } from './read.ts';

/** Renders an image job. Independent steps run in parallel on libvips' threads. */
export async function renderImage(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  findMatte: MatteFinder = createMatteFinder(),
): Promise<RenderResult> {
  const head = await readSourceHead(request);
  if (isFailure(head)) return head;
  const { size, isPlain } = head;
  const { width, height } = size;
  const paths = getOutputPaths(request.outputDirectory, 'png');
  const started: Promise<unknown>[] = [];
  const start = <T>(work: Promise<T>): Promise<T> => {
    started.push(Promise.allSettled([work]));
    return work;
  };
  const reading = start(readSource(request.source, size));
  const given = takesMatte(request.alphaMode) ? start(readGiven(request, width, height)) : undefined;
  const staging = start(prepareScene(request, width, height));
  try {
    const source = await reading;
    if (isFailure(source)) return source;
    onProgress(0.1);
    const sourceWritten = start(
      isPlain ? copyFile(request.source, paths.source) : writePng(paths.source, { ...source, channels: 3 }),
    );
    const matte = request.alphaMode === 'auto' ? await findMatte(viewPicture(source)) : await given;
    if (isFailure(matte)) return matte;
    const alpha = matte ?? new Uint8Array(width * height).fill(255);
    const alphaWritten = start(writePng(paths.alpha, { ...size, channels: 1, data: alpha }));
    const scene = await staging;
    if (isFailure(scene)) return scene;
    onProgress(0.6);
    const lut = buildLut(scene, computeSubjectStatistics(viewPicture(source), matte));
    const composite = compositeRows(scene, lut, source, matte);
    const mark = request.watermark === true ? watermark(size, 3, 255) : undefined;
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      const row = data.subarray(y * width * 3, (y + 1) * width * 3);
      composite(y, row);
      mark?.(y, row);
    }
    await writePng(paths.render, { ...size, channels: 3, data });
    await Promise.all([sourceWritten, alphaWritten]);
    onProgress(1);
    return {
      ...paths,
      ...size,
      frames: 1,
      understood: scene.understood,
      notes: scene.notes,
    };
  } finally {
    // However the job ends, none of its steps continues after it.
    await Promise.all(started);
  }
}

/** Reads the job's own matte, at output size. */
async function readGiven(
  request: RenderRequest,
  width: number,
  height: number,
): Promise<Uint8Array | InputFailure> {
  if (request.alpha === undefined)
    return failWith('INVALID_INPUT', `Alpha mode ${request.alphaMode} needs an alpha.`);
  return readMatte(request.alpha, width, height);
}
