import type { Size, Understood } from '@restage/contract';
import { isFailure } from '@restage/errors';
import {
  bakeLut,
  boxBlur,
  type ColourStatistics,
  computeColourStatistics,
  createColourTransfer,
  createGrid,
  fitToGamut,
  type Grid,
  type LabMap,
  type Lut,
  rgbToLab,
  sampleLut,
} from '@restage/pixels';
import {
  compressHighlight,
  createGrade,
  describeEffects,
  estimateKeyLight,
  getPlateSize,
  type KeyLight,
  type ParsedPrompt,
  paintPlate,
  parsePrompt,
} from '@restage/scenes';
import {
  type Backdrop,
  createBackdrop,
  linearToPlate,
  type Plate,
  paintedToPlate,
} from './composite/backdrop.ts';
import { downsample } from './composite/downsample.ts';
import { getCoarseSize } from './composite/fields.ts';
import type { InputFailure, RenderRequest } from './engine.ts';
import { readReference } from './image/read.ts';

/** A scene that is ready for compositing: the backdrop, and the light that falls on the subject. */
export interface PreparedScene {
  readonly backdrop: Backdrop;
  /** The blurred plate on the coarse grid of `Fields`, for light wrap around the subject's edge. */
  readonly coarse: Grid;
  readonly statistics: ColourStatistics | undefined;
  readonly key: KeyLight;
  readonly grade: LabMap | undefined;
  /** Strength of the relighting: 1 by default; less for "subtle", more for "dramatic". */
  readonly strength: number;
  /** The phrases of the prompt that were understood, with their effects. */
  readonly understood: readonly Understood[];
  /** What the seed or the engine chose; one sentence each. */
  readonly notes: readonly string[];
}

/** Prepares the scene: the reference image, cover-fitted, or else the painted prompt; graded by the prompt. */
export async function prepareScene(
  request: Pick<RenderRequest, 'prompt' | 'reference' | 'seed'>,
  width: number,
  height: number,
): Promise<PreparedScene | InputFailure> {
  const prompt = request.prompt?.trim() ?? '';
  const parsed = prompt === '' ? undefined : parsePrompt(prompt);
  const notes = parsed?.phrases.length === 0 ? ['no word of the prompt is in the vocabulary'] : [];
  const grade = parsed === undefined ? undefined : createGrade(parsed, request.reference !== undefined);
  const plate = await preparePlate(request, parsed, grade, width, height, notes);
  if (isFailure(plate)) return plate;

  const coarse = downsample(plate, getCoarseSize(width, height));
  const statistics = computeColourStatistics(coarse, () => 1);
  const key = estimateKeyLight(coarse, parsed);
  boxBlur(coarse, Math.round(Math.min(coarse.width, coarse.height) * 0.05), 2);
  return {
    backdrop: createBackdrop(
      plate,
      { width, height },
      request.reference === undefined ? 1.5 : 0.5,
      request.seed,
    ),
    coarse,
    statistics,
    key,
    grade,
    strength: parsed?.strength === 'strong' ? 1.3 : parsed?.strength === 'subtle' ? 0.55 : 1,
    understood: parsed === undefined ? [] : describeEffects(parsed, request.reference !== undefined),
    notes,
  };
}

async function preparePlate(
  request: Pick<RenderRequest, 'reference' | 'seed'>,
  parsed: ParsedPrompt | undefined,
  grade: LabMap | undefined,
  width: number,
  height: number,
  notes: string[],
): Promise<Plate | InputFailure> {
  if (request.reference !== undefined) {
    const size = getPlateSize(width, height);
    const bytes = await readReference(request.reference, size.width, size.height);
    if (isFailure(bytes)) return bytes;
    return grade === undefined ? { ...size, codes: bytes } : gradePlate(bytes, size, bakeLut([grade]));
  }
  const painted = paintPlate(parsed ?? parsePrompt(''), width, height, request.seed);
  notes.push(...painted.notes);
  if (grade === undefined) return paintedToPlate(painted.plate);
  gradePainted(painted.plate, grade);
  return linearToPlate(painted.plate);
}

function gradePlate(bytes: Uint8Array, { width, height }: Size, grade: Lut): Plate {
  const plate = createGrid(width, height, 3);
  const colour = new Float32Array(3);
  for (let i = 0; i < bytes.length; i += 3) {
    sampleLut(grade, bytes[i] as number, bytes[i + 1] as number, bytes[i + 2] as number, colour);
    plate.data.set(colour, i);
  }
  return linearToPlate(plate);
}

function gradePainted({ data }: Grid, map: LabMap): void {
  const light = (i: number) => compressHighlight(data[i] as number);
  for (let i = 0; i < data.length; i += 3) {
    const rgb = fitToGamut(map(rgbToLab([light(i), light(i + 1), light(i + 2)])));
    data[i] = rgb[0];
    data[i + 1] = rgb[1];
    data[i + 2] = rgb[2];
  }
}

/**
 * Builds the LUT that grades the subject: transfer towards the plate's colours, then the grade.
 * @param subject the subject's colours; undefined, for an empty matte, leaves only the grade.
 */
export function buildLut(scene: PreparedScene, subject: ColourStatistics | undefined): Lut {
  const maps: LabMap[] = [];
  const plate = scene.statistics;
  if (subject !== undefined && plate !== undefined)
    maps.push(createColourTransfer(subject, plate, scene.strength));
  // The transfer aims at the plate's colours, which are graded already; the grade applies to the remaining difference.
  if (scene.grade !== undefined) maps.push(scene.grade);
  return bakeLut(maps);
}
