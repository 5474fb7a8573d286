import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failWith } from '@restage/errors';
import type { Rendered, RenderFailure, RenderRequest } from '../engine.ts';

const names = ['render', 'source', 'alpha'] as const;

/**
 * Takes a prediction's output into the request's folder. It has the files `render`, `source` and `alpha`, as
 * data URIs or URLs on the model's own server, and the numbers `width`, `height` and `frames`.
 */
export async function takeOutput(
  output: unknown,
  request: RenderRequest,
  server: URL,
  fetcher: typeof fetch,
  signal: AbortSignal,
): Promise<Rendered | RenderFailure> {
  if (typeof output !== 'object' || output === null)
    return failWith('MODEL_FAILED', 'The model answered without an output.');
  const fields = output as Record<string, unknown>;
  const number = (name: string) =>
    Number.isInteger(fields[name]) && Number(fields[name]) > 0 ? Number(fields[name]) : undefined;
  const [width, height, frames] = [number('width'), number('height'), number('frames')];
  if (width === undefined || height === undefined || frames === undefined) {
    return failWith('MODEL_FAILED', 'The model answered without width, height and frames.');
  }
  const extension = request.generationType === 'image' ? 'png' : 'mp4';
  const path = (name: string) => join(request.outputDirectory, `${name}.${extension}`);
  for (const name of names) {
    const bytes = await read(fields[name], server, fetcher, signal);
    if (bytes === undefined)
      return failWith('MODEL_FAILED', `The model answered without a ${name} that can be fetched.`);
    await writeFile(path(name), bytes);
  }
  const notes = Array.isArray(fields.notes) ? fields.notes.filter((note) => typeof note === 'string') : [];
  return {
    render: path('render'),
    source: path('source'),
    alpha: path('alpha'),
    width,
    height,
    frames,
    understood: [],
    notes,
  };
}

async function read(
  file: unknown,
  server: URL,
  fetcher: typeof fetch,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (typeof file !== 'string') return undefined;
  const comma = file.indexOf(',');
  if (file.startsWith('data:'))
    return file.slice(0, comma).endsWith(';base64')
      ? Buffer.from(file.slice(comma + 1), 'base64')
      : undefined;
  // A model may be somebody else's code: its answers must not make us fetch from other places.
  if (!URL.canParse(file) || new URL(file).origin !== server.origin) return undefined;
  const response = await fetcher(file, { signal, redirect: 'error' });
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}
