import type { Size } from '@restage/contract';
import { isFailure } from '@restage/errors';
import { gradeOf } from '../colour/grade.ts';
import { bakeLut, type Lut, lookUp } from '../colour/lut.ts';
import { displayable, labFromRgb } from '../colour/oklab.ts';
import { type ColourStatistics, colourStatistics } from '../colour/statistics.ts';
import { type LabMap, transferTowards } from '../colour/transfer.ts';
import { type Backdrop, finishBackdrop, type Plate, plateFromLinear } from '../composite/backdrop.ts';
import { coarsened } from '../composite/coarse.ts';
import type { InputFailure, RenderRequest } from '../engine.ts';
import { readReference } from '../image/read.ts';
import { coarseSize } from '../light/fields.ts';
import { type KeyLight, keyLight } from '../light/key.ts';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { paintPlate, plateSize } from './plate.ts';
import { type Reading, readPrompt } from './reading.ts';

/** A scene made ready for a job: what stands behind the subject, and the light that falls on it. */
export interface Stage {
  readonly backdrop: Backdrop;
  /** The plate on the coarse grid of `Fields`, blurred: what wraps round the subject's edge. */
  readonly coarse: Grid;
  readonly statistics: ColourStatistics | undefined;
  readonly key: KeyLight;
  readonly grade: LabMap | undefined;
  /** 1 as usual; below for "subtle", above for "dramatic". */
  readonly strength: number;
  readonly notes: readonly string[];
}

/** Sets the stage: the reference image cover-fitted, or else the prompt painted; the prompt's grade over it. */
export async function setStage(
  request: Pick<RenderRequest, 'prompt' | 'reference' | 'seed'>,
  width: number,
  height: number,
): Promise<Stage | InputFailure> {
  const prompt = request.prompt?.trim() ?? '';
  const reading = prompt === '' ? undefined : readPrompt(prompt);
  const notes = reading === undefined ? [] : [...reading.notes];
  if (reading !== undefined && reading.notes.length === 0)
    notes.push('no word of the prompt is in the vocabulary');
  const grade = reading === undefined ? undefined : gradeOf(reading, request.reference !== undefined);
  const plate = await plateFor(request, reading, grade, width, height, notes);
  if (isFailure(plate)) return plate;

  const coarse = coarsened(plate, coarseSize(width, height));
  const statistics = colourStatistics(coarse, () => 1);
  const key = keyLight(coarse, reading);
  boxBlur(coarse, Math.round(Math.min(coarse.width, coarse.height) * 0.05), 2);
  return {
    backdrop: finishBackdrop(
      plate,
      { width, height },
      request.reference === undefined ? 1.5 : 0.5,
      request.seed,
    ),
    coarse,
    statistics,
    key,
    grade,
    strength: reading?.strength === 'strong' ? 1.3 : reading?.strength === 'subtle' ? 0.55 : 1,
    notes,
  };
}

async function plateFor(
  request: Pick<RenderRequest, 'reference' | 'seed'>,
  reading: Reading | undefined,
  grade: LabMap | undefined,
  width: number,
  height: number,
  notes: string[],
): Promise<Plate | InputFailure> {
  if (request.reference !== undefined) {
    const size = plateSize(width, height);
    const bytes = await readReference(request.reference, size.width, size.height);
    if (isFailure(bytes)) return bytes;
    return grade === undefined ? { ...size, codes: bytes } : gradeBytes(bytes, size, bakeLut([grade]));
  }
  const painted = paintPlate(reading ?? readPrompt(''), width, height, request.seed);
  notes.push(...painted.notes);
  if (grade !== undefined) applyMap(painted.plate, grade);
  return plateFromLinear(painted.plate);
}

function gradeBytes(bytes: Uint8Array, { width, height }: Size, grade: Lut): Plate {
  const plate = createGrid(width, height, 3);
  const colour = new Float32Array(3);
  for (let i = 0; i < bytes.length; i += 3) {
    lookUp(grade, bytes[i] as number, bytes[i + 1] as number, bytes[i + 2] as number, colour);
    plate.data.set(colour, i);
  }
  return plateFromLinear(plate);
}

function applyMap({ data }: Grid, map: LabMap): void {
  for (let i = 0; i < data.length; i += 3) {
    const rgb = displayable(
      map(labFromRgb([data[i] as number, data[i + 1] as number, data[i + 2] as number])),
    );
    data[i] = rgb[0];
    data[i + 1] = rgb[1];
    data[i + 2] = rgb[2];
  }
}

/**
 * The subject's way into the scene as one cube: transfer towards the plate's colours, then the grade.
 * @param subject the subject's colours; undefined, for an empty matte, leaves only the grade.
 */
export function lookFor(stage: Stage, subject: ColourStatistics | undefined): Lut {
  const maps: LabMap[] = [];
  const plate = stage.statistics;
  if (subject !== undefined && plate !== undefined)
    maps.push(transferTowards(subject, plate, stage.strength));
  // The plate's colours are graded already, and the transfer aims at them; only what it leaves is graded.
  if (stage.grade !== undefined) maps.push(stage.grade);
  return bakeLut(maps);
}
