import sharp from 'sharp';
import { byteOfLinear, linearOfByte, linearSteps } from '../colour/srgb.ts';
import type { Picture } from '../composite/view.ts';
import type { Grid } from '../math/blur.ts';
import { fractal, noiseFrom } from '../math/noise.ts';
import { randomFrom } from '../math/random.ts';
import { resize } from '../math/resample.ts';
import { clamp } from '../math/scalar.ts';
import { paintPlate } from '../scene/plate.ts';
import { readPrompt } from '../scene/reading.ts';
import { type Background, backgrounds } from './backgrounds.ts';
import { furtherSubjects } from './further-subjects.ts';
import { laterSubjects } from './later-subjects.ts';
import { moreSubjects } from './more-subjects.ts';
import { type Drawn, subjects } from './subjects.ts';
import { unseenSubjects } from './unseen-subjects.ts';

const [width, height] = [1280, 720];

/** A frame and its true matte, one byte a pixel. */
export interface TrueFrame {
  readonly picture: Picture;
  readonly matte: Uint8Array;
}

/** Shots that the constants of the automatic matte were tried on. */
export const triedShots: readonly string[] = [...Object.keys(subjects), ...Object.keys(moreSubjects)];
/** Shots that were drawn when these stood; two faults that they brought to light have been mended since. */
export const furtherShots: readonly string[] = Object.keys(furtherSubjects);

/** Shots that nothing was changed for. */
export const unseenShots: readonly string[] = Object.keys(unseenSubjects);

/** Shots that were drawn after clean plates were brought in; docs/engine.md says for which something was changed. */
export const laterShots: readonly string[] = Object.keys(laterSubjects);

/** Pixels that a scene is painted larger to each side, where the camera moves. */
const margin = 96;

/** Opens a drawn shot: a function from 0…1, the time in it, to the frame. */
export function openShot(name: string): (at: number) => Promise<TrueFrame> {
  const [subject, background] = [subjects[name], backgrounds[name]];
  const staged = moreSubjects[name] ?? furtherSubjects[name] ?? unseenSubjects[name] ?? laterSubjects[name];
  if (staged !== undefined) {
    const around = staged.camera === undefined ? 0 : margin;
    const [columns, rows] = [width + around * 2, height + around * 2];
    const { plate } = paintPlate(readPrompt(staged.scene), columns, rows, 3);
    const scene = resize(plate, columns, rows);
    return (at) => drawFrame(staged, seenFrom(scene, around, staged.camera?.(at) ?? { x: 0, y: 0 }), at);
  }
  if (subject === undefined || background === undefined) throw new Error(`There is no shot "${name}".`);
  const behind = paint(background);
  return (at) => drawFrame(subject, behind, at);
}

/** What a camera that went to `x`, `y` sees of a scene, between its pixels bilinearly. */
function seenFrom(
  scene: Grid,
  around: number,
  { x, y }: { readonly x: number; readonly y: number },
): Float32Array {
  if (around === 0) return scene.data;
  const seen = new Float32Array(width * height * 3);
  const [left, top] = [Math.floor(around + x), Math.floor(around + y)];
  const [fx, fy] = [around + x - left, around + y - top];
  const row = scene.width * 3;
  for (let p = 0; p < width * height; p++) {
    const at = (Math.floor(p / width) + top) * row + ((p % width) + left) * 3;
    for (let c = 0; c < 3; c++) {
      const one = (n: number) => scene.data[at + c + n] as number;
      seen[p * 3 + c] =
        (one(0) * (1 - fx) + one(3) * fx) * (1 - fy) + (one(row) * (1 - fx) + one(row + 3) * fx) * fy;
    }
  }
  return seen;
}

function paint(background: Background): Float32Array {
  const linear = new Float32Array(width * height * 3);
  for (let p = 0; p < width * height; p++) linear.set(background(p % width, Math.floor(p / width)), p * 3);
  return linear;
}

const texture = noiseFrom(randomFrom(31));

async function drawFrame({ body, motion }: Drawn, behind: Float32Array, at: number): Promise<TrueFrame> {
  const { x, y, turn } = motion(at);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g transform="translate(${x} ${y}) rotate(${turn} 640 600)">${body}</g></svg>`;
  const drawn = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  const data = new Uint8Array(width * height * 3);
  const matte = new Uint8Array(width * height);
  const random = randomFrom(Math.round(at * 1000) + 5);
  for (let p = 0; p < matte.length; p++) {
    const covered = drawn[p * 4 + 3] as number;
    matte[p] = covered;
    const grain = (random() + random() - 1) * 4;
    const cloth =
      covered === 0
        ? 1
        : 1 + fractal(texture, ((p % width) - x) / 40, (Math.floor(p / width) - y) / 40, 3) * 0.16;
    for (let c = 0; c < 3; c++) {
      const back = behind[p * 3 + c] as number;
      const front = (linearOfByte[drawn[p * 4 + c] as number] as number) * cloth;
      const light = clamp(back + (front - back) * (covered / 255), 0, 1);
      const code = byteOfLinear[Math.round(light * linearSteps)] as number;
      data[p * 3 + c] = clamp(Math.round(code + grain), 0, 255);
    }
  }
  return { picture: { width, height, data }, matte };
}
