import { join } from 'node:path';
import { createNoise, createPlanes, createRandom, sampleNoise, writeGrey } from '@restage/pixels';
import { Rational } from 'node-av/lib';
import sharp from 'sharp';
import { writePng } from '../src/image/png.ts';
import { createWriter } from '../src/video/encode.ts';

/** A textured shot that drifts, with a disc of about a quarter of the frame as its moving matte. */
export async function drawShot(folder: string, width: number, height: number, frames: number) {
  const noise = createNoise(createRandom(1));
  const source = join(folder, `shot-${height}.mp4`);
  const alpha = join(folder, `matte-${height}.mp4`);
  const common = { width, height, timeBase: new Rational(1, 12_800), frameRate: new Rational(25, 1) };
  const colour = await createWriter(source, { ...common, preset: 'veryfast', quality: 20 });
  const grey = await createWriter(alpha, { ...common, preset: 'veryfast', quality: 16 });
  const texture = Uint8Array.from(
    { length: width * height * 2 },
    (_, p) => 110 + 70 * sampleNoise(noise, (p % width) / 37, Math.floor(p / width) / 29),
  );
  const planes = createPlanes(width, height);
  const matte = new Uint8Array(width * height);
  const shown = createPlanes(width, height);
  for (let frame = 0; frame < frames; frame++) {
    planes.data.set(texture.subarray(frame * width * 2, frame * width * 2 + width * height));
    planes.data.fill(120, width * height, width * height * 1.25);
    planes.data.fill(140, width * height * 1.25);
    const centre = width / 2 + Math.sin(frame / 15) * width * 0.1;
    for (let p = 0; p < matte.length; p++) {
      const distance = Math.hypot((p % width) - centre, Math.floor(p / width) - height / 2);
      matte[p] = 255 * Math.min(1, Math.max(0, (height * 0.38 - distance) / 5));
    }
    writeGrey(matte, shown);
    await colour.write(planes, BigInt(frame * 512), 512n);
    await grey.write(shown, BigInt(frame * 512), 512n);
  }
  for (const writer of [colour, grey]) {
    await writer.finish();
    await writer.close();
  }
  return { source, alpha };
}

export async function drawStill(path: string, width: number, height: number): Promise<string> {
  const noise = createNoise(createRandom(2));
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    const value =
      128 +
      100 * sampleNoise(noise, (p % width) / 90, Math.floor(p / width) / 70) +
      8 * sampleNoise(noise, (p % width) / 2.3, Math.floor(p / width) / 2.1);
    for (let c = 0; c < 3; c++) data[p * 3 + c] = Math.max(0, Math.min(255, value * (0.7 + c * 0.15)));
  }
  await writePng(path, { width, height, channels: 3, data });
  return path;
}

/** A grey picture with a soft-edged disc in the middle: a matte. */
export async function drawDisc(path: string, width: number, height: number): Promise<string> {
  const data = new Uint8Array(width * height);
  for (let p = 0; p < data.length; p++) {
    const distance = Math.hypot((p % width) - width / 2, Math.floor(p / width) - height / 2);
    data[p] = 255 * Math.min(1, Math.max(0, (height * 0.38 - distance) / 5));
  }
  await writePng(path, { width, height, channels: 1, data });
  return path;
}

/** Reads a picture and writes it, and does nothing in between: sharp's own PNG, at a level below its default. */
export async function imageFloor(source: string, output: string): Promise<void> {
  const { data, info } = await sharp(source).raw().toBuffer({ resolveWithObject: true });
  await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .png({ compressionLevel: 4 })
    .toFile(output);
}
