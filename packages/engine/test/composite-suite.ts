import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { byteToLinear, rgbToLab } from '@restage/pixels';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCompositor } from '../src/compositor.ts';
import type { Engine, Rendered } from '../src/engine.ts';
import { drawMatte, egg, readPixels } from './support/files.ts';

/** Paths of pictures: a portrait of 512×512 and a scene with different colours. */
export interface CompositeMaterial {
  readonly portrait: string;
  readonly scene: string;
}

/** Describes what must hold for any picture with a custom matte and a reference. */
export function describeComposite(name: string, { portrait, scene }: CompositeMaterial): void {
  describe(`${name} with a custom matte and a reference`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'restage-composite-'));
    let engines: readonly [Engine, Engine];
    let result: Rendered;

    async function render(engine: Engine): Promise<Rendered> {
      const rendered = await engine.render(
        {
          generationType: 'image',
          alphaMode: 'custom',
          seed: 11,
          maxResolution: 1080,
          source: portrait,
          alpha: join(directory, 'matte.png'),
          reference: scene,
          outputDirectory: mkdtempSync(join(directory, 'output-')),
        },
        { signal: new AbortController().signal, onProgress: () => {} },
      );
      if (isFailure(rendered)) throw new Error(rendered.message);
      return rendered;
    }

    beforeAll(async () => {
      engines = [createCompositor({ workers: 2 }), createCompositor({ workers: 1 })];
      await drawMatte(join(directory, 'matte.png'), 512, 512, egg);
      result = await render(engines[0]);
    });
    afterAll(async () => {
      await Promise.all(engines.map((engine) => engine.close()));
      rmSync(directory, { recursive: true, force: true });
    });

    const outputs = () =>
      Promise.all([readPixels(result.render), readPixels(result.source), readPixels(result.alpha)]);

    test('gives render, source and alpha of the source’s size', async () => {
      for (const path of [result.render, result.source, result.alpha])
        expect(await sharp(path).metadata()).toMatchObject({ format: 'png', width: 512, height: 512 });
      expect(result).toMatchObject({ width: 512, height: 512, frames: 1 });
    });

    test('keeps the subject where the matte is white and shows the reference where it is black', async () => {
      const [out, source, matte] = await outputs();
      const plate = await sharp(scene).resize(512, 512, { fit: 'cover' }).removeAlpha().raw().toBuffer();
      let [behind, old, kept, inside] = [0, 0, 0, 0];
      for (let i = 0; i < out.data.length; i++) {
        const alpha = matte.data[i] ?? 0;
        const value = out.data[i] ?? 0;
        if (alpha === 0) {
          behind += Math.abs(value - (plate[i] ?? 0));
          old += Math.abs(value - (source.data[i] ?? 0));
        }
        if (alpha === 255) {
          inside++;
          kept += Math.abs(value - (source.data[i] ?? 0));
        }
      }
      const outside = out.data.length - inside;
      expect(behind / outside).toBeLessThan(8);
      expect(old / outside).toBeGreaterThan(30);
      expect(kept / inside).toBeLessThan(45);
    });

    test('moves the subject’s colours at least 40 % of the way towards the scene’s', async () => {
      const [out, source, matte] = await outputs();
      const inside = (alpha: number) => alpha === 255;
      const target = meanLab(out.data, matte.data, (alpha) => alpha === 0);
      const before = distance(meanLab(source.data, matte.data, inside), target);
      const after = distance(meanLab(out.data, matte.data, inside), target);
      expect(after).toBeLessThan(before * 0.6);
    });

    test('gives the same bytes on repeat and from another worker process', async () => {
      const expected = readFileSync(result.render);
      const repeats = await Promise.all([render(engines[0]), render(engines[0]), render(engines[1])]);
      for (const repeat of repeats) expect(readFileSync(repeat.render).equals(expected)).toBe(true);
    });
  });
}

/** Mean OKLab of the pixels whose matte passes. */
function meanLab(
  data: Uint8Array,
  matte: Uint8Array,
  passes: (alpha: number) => boolean,
): readonly [number, number, number] {
  let [l, a, b, count] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 3) {
    if (!passes(matte[i] ?? 0)) continue;
    const lab = rgbToLab([
      byteToLinear[data[i] ?? 0] ?? 0,
      byteToLinear[data[i + 1] ?? 0] ?? 0,
      byteToLinear[data[i + 2] ?? 0] ?? 0,
    ]);
    l += lab[0];
    a += lab[1];
    b += lab[2];
    count++;
  }
  return [l / count, a / count, b / count];
}

const distance = (one: readonly number[], other: readonly number[]) =>
  Math.hypot(...one.map((value, i) => value - (other[i] ?? 0)));
