import {
  byteToLinear,
  clamp,
  createNoise,
  createRandom,
  fractal,
  type Grid,
  linearSteps,
  linearToByte,
  type Picture,
  resize,
} from '@restage/pixels';
import { compressHighlight, paintPlate, parsePrompt } from '@restage/scenes';
import sharp from 'sharp';
import { type Background, backgrounds } from './backgrounds.ts';
import { holdoutSubjects } from './holdout-set.ts';
import { regressionSubjects } from './regression-set.ts';
import { type Subject, tuningSubjects } from './tuning-set.ts';
import { tuningSceneSubjects } from './tuning-set-scenes.ts';
import { validationSubjects } from './validation-set.ts';

const [width, height] = [1280, 720];

/** A frame and its ground-truth matte, one byte per pixel. */
export interface GroundTruthFrame {
  readonly picture: Picture;
  readonly matte: Uint8Array;
}

/** Shots that the constants of the automatic matte were tuned on. */
export const tuningSet: readonly string[] = [
  ...Object.keys(tuningSubjects),
  ...Object.keys(tuningSceneSubjects),
];
/** Shots drawn after tuning; two faults that they showed have been fixed since. */
export const validationSet: readonly string[] = Object.keys(validationSubjects);

/** Shots that no change was ever based on. */
export const holdoutSet: readonly string[] = Object.keys(holdoutSubjects);

/** Shots drawn after clean plates were added; docs/engine.md says which of them led to changes. */
export const regressionSet: readonly string[] = Object.keys(regressionSubjects);

/** Margin in pixels around a scene whose camera moves. */
const margin = 96;

/** Opens a drawn shot. @returns a function from a time of 0…1 to the frame. */
export function openShot(name: string): (time: number) => Promise<GroundTruthFrame> {
  const [subject, background] = [tuningSubjects[name], backgrounds[name]];
  const scenery =
    tuningSceneSubjects[name] ??
    validationSubjects[name] ??
    holdoutSubjects[name] ??
    regressionSubjects[name];
  if (scenery !== undefined) {
    const margins = scenery.camera === undefined ? 0 : margin;
    const [columns, rows] = [width + margins * 2, height + margins * 2];
    const { plate } = paintPlate(parsePrompt(scenery.scene), columns, rows, 3);
    const scene = resize({ ...plate, data: plate.data.map(compressHighlight) }, columns, rows);
    return (time) =>
      drawFrame(scenery, cropScene(scene, margins, scenery.camera?.(time) ?? { x: 0, y: 0 }), time);
  }
  if (subject === undefined || background === undefined) throw new Error(`There is no shot "${name}".`);
  const painted = paint(background);
  return (time) => drawFrame(subject, painted, time);
}

/** The part of a scene that a camera at `x`, `y` sees, interpolated bilinearly. */
function cropScene(
  scene: Grid,
  margins: number,
  { x, y }: { readonly x: number; readonly y: number },
): Float32Array {
  if (margins === 0) return scene.data;
  const cropped = new Float32Array(width * height * 3);
  const [left, top] = [Math.floor(margins + x), Math.floor(margins + y)];
  const [fx, fy] = [margins + x - left, margins + y - top];
  const row = scene.width * 3;
  for (let p = 0; p < width * height; p++) {
    const time = (Math.floor(p / width) + top) * row + ((p % width) + left) * 3;
    for (let c = 0; c < 3; c++) {
      const one = (n: number) => scene.data[time + c + n] as number;
      cropped[p * 3 + c] =
        (one(0) * (1 - fx) + one(3) * fx) * (1 - fy) + (one(row) * (1 - fx) + one(row + 3) * fx) * fy;
    }
  }
  return cropped;
}

function paint(background: Background): Float32Array {
  const linear = new Float32Array(width * height * 3);
  for (let p = 0; p < width * height; p++) linear.set(background(p % width, Math.floor(p / width)), p * 3);
  return linear;
}

const texture = createNoise(createRandom(31));

async function drawFrame(
  { body, motion }: Subject,
  background: Float32Array,
  time: number,
): Promise<GroundTruthFrame> {
  const { x, y, rotation } = motion(time);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g transform="translate(${x} ${y}) rotate(${rotation} 640 600)">${body}</g></svg>`;
  const drawn = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  const data = new Uint8Array(width * height * 3);
  const matte = new Uint8Array(width * height);
  const random = createRandom(Math.round(time * 1000) + 5);
  for (let p = 0; p < matte.length; p++) {
    const coverage = drawn[p * 4 + 3] as number;
    matte[p] = coverage;
    const grain = (random() + random() - 1) * 4;
    const cloth =
      coverage === 0
        ? 1
        : 1 + fractal(texture, ((p % width) - x) / 40, (Math.floor(p / width) - y) / 40, 3) * 0.16;
    for (let c = 0; c < 3; c++) {
      let light = background[p * 3 + c] as number;
      if (coverage > 0) {
        const front = (byteToLinear[drawn[p * 4 + c] as number] as number) * cloth;
        light += (front - light) * (coverage / 255);
      }
      const code = linearToByte[Math.round(clamp(light, 0, 1) * linearSteps)] as number;
      data[p * 3 + c] = clamp(Math.round(code + grain), 0, 255);
    }
  }
  return { picture: { width, height, data }, matte };
}
