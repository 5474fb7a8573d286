import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { failWith, isFailure } from '@restage/errors';
import { createGrid, type Grid, type View } from '@restage/pixels';
import type { MatteModel, ModelFailure } from '../model.ts';
import { type InferenceThread, openInferenceThread } from './inference-thread.ts';
import { toTensor } from './tensor.ts';

/** An opened network. */
export interface MatteNetwork {
  readonly model: MatteModel;
  /** Whether its mask is fine enough to be a matte; a coarse one only says where the subject is. */
  readonly isFine: boolean;
  /** Runs the network on a frame or a part of one. @returns its raw output: one channel, of the network's own size. */
  infer(view: Pick<View, 'width' | 'height' | 'linear'>): Promise<Grid | ModelFailure>;
}

/** The longer side of a frame for a network that accepts any size; both sides are multiples of `sizeStep`. */
const freeSize = 1024;
const sizeStep = 32;
/** The longer side from which a mask is fine. */
const fineSize = 640;

/**
 * Opens the network of an ONNX file in a thread of its own. It uses one thread of the CPU, so that a frame gives the
 * same matte however busy the machine is.
 * @param findRuntime returns the path of the runtime, an optional dependency.
 * @returns a failure, worded for the operator, if the runtime or the file is missing, or the network can't be used.
 */
export async function openNetwork(
  model: MatteModel,
  findRuntime = () => createRequire(import.meta.url).resolve('onnxruntime-node'),
): Promise<MatteNetwork | ModelFailure> {
  const unreadable = await checkFile(model.path);
  if (unreadable !== undefined) return unreadable;
  let thread: InferenceThread | { readonly reason: string };
  try {
    thread = await openInferenceThread(findRuntime(), model.path);
  } catch (error) {
    return failWith(
      'MATTE_MODEL_UNUSABLE',
      `onnxruntime-node, which runs it, is not installed or does not run here: ${getReason(error)}`,
    );
  }
  if ('reason' in thread)
    return failWith(
      'MATTE_MODEL_UNUSABLE',
      `it can't be opened as an ONNX network: ${firstLine(thread.reason)}`,
    );
  const { inputs, outputs, run } = thread;
  const input = readInput(inputs);
  const [output] = outputs;
  if (isFailure(input) || output === undefined) {
    await thread.close();
    return isFailure(input) ? input : failWith('MATTE_MODEL_UNUSABLE', 'the network has no output.');
  }
  return {
    model,
    isFine: Math.max(...(input.size ?? [freeSize])) >= fineSize,
    async infer(view) {
      const [width, height] = input.size ?? getFreeSize(view);
      const data = toTensor(view, width, height, model.input);
      try {
        return toGrid(await run({ name: input.name, data, dims: [1, 3, height, width] }, output));
      } catch (error) {
        return failWith('MATTE_MODEL_UNUSABLE', `the network does not run: ${getReason(error)}`);
      }
    },
  };
}

async function checkFile(path: string): Promise<ModelFailure | undefined> {
  try {
    const file = await open(path);
    const isFile = (await file.stat()).isFile();
    await file.close();
    return isFile ? undefined : failWith('MATTE_MODEL_UNUSABLE', 'it is not a file.');
  } catch (error) {
    return failWith('MATTE_MODEL_UNUSABLE', `it can't be read: ${getReason(error)}`);
  }
}

/** The network's only input: its name, and its fixed size, if it has one. */
function readInput(
  inputs: InferenceThread['inputs'],
):
  | { readonly name: string; readonly size: readonly [width: number, height: number] | undefined }
  | ModelFailure {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0)
    return failWith(
      'MATTE_MODEL_UNUSABLE',
      `the network has ${inputs.length} inputs; one, the picture, is expected.`,
    );
  if (!input.isTensor || input.type !== 'float32')
    return failWith(
      'MATTE_MODEL_UNUSABLE',
      `the network's input is ${input.isTensor ? input.type : 'no tensor'}; float32 is expected.`,
    );
  const [batch, channels, height, width] = input.shape;
  const fits = (size: number | string | undefined, wanted: number) =>
    typeof size === 'string' || size === wanted;
  if (input.shape.length !== 4 || !fits(batch, 1) || !fits(channels, 3))
    return failWith(
      'MATTE_MODEL_UNUSABLE',
      `the network's input is ${input.shape.join('×')}; N×3×H×W, N of 1 or free, is expected.`,
    );
  const fixed = typeof width === 'number' && typeof height === 'number';
  return { name: input.name, size: fixed ? [width, height] : undefined };
}

function getFreeSize({ width, height }: Pick<View, 'width' | 'height'>): readonly [number, number] {
  const scale = freeSize / Math.max(width, height);
  const steps = (size: number) => Math.max(1, Math.round((size * scale) / sizeStep)) * sizeStep;
  return [steps(width), steps(height)];
}

/** The one channel of an output whose last two sizes are height and width, and all others 1. */
function toGrid(output: Awaited<ReturnType<InferenceThread['run']>>): Grid | ModelFailure {
  const [height = 0, width = 0] = output.dims.slice(-2);
  if (output.type !== 'float32' || width * height === 0 || width * height !== output.data.length)
    return failWith(
      'MATTE_MODEL_UNUSABLE',
      `the network gives ${output.type} ${output.dims.join('×')}; one channel of float32 is expected.`,
    );
  const plane = createGrid(width, height, 1);
  plane.data.set(output.data as Float32Array);
  return plane;
}

function getReason(error: unknown): string {
  return firstLine(error instanceof Error ? error.message : String(error));
}

const firstLine = (text: string) => text.split('\n', 1)[0] as string;
