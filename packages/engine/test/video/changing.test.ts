import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import {
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV422P,
  AVCOL_PRI_BT2020,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_SMPTE170M,
  AVCOL_TRC_ARIB_STD_B67,
} from 'node-av/constants';
import { describe, expect, test } from 'vitest';
import type { Rendered } from '../../src/engine.ts';
import { decodeFrames } from '../../src/video/decode/decode.ts';
import { openVideo } from '../../src/video/decode/open.ts';
import { renderVideo } from '../../src/video/render.ts';
import { hlg, linearIn, patches, readPatches, storePatches, type Triple } from '../support/colour.ts';
import { createFolder, inspectVideo } from '../support/files.ts';
import { describeFrames, type Part, writeParts } from '../support/video-parts.ts';

const shown = patches.filter((colour) => Math.max(...colour) < 240);
const asCodes = shown.map(([r, g, b]): Triple => [r / 255, g / 255, b / 255]);
const asHlg = shown.map((codes) => {
  const [r, g, b] = linearIn('bt2020', codes);
  return hlg([r * 203, g * 203, b * 203]);
});

/** Three frames of the patches, each of them `side` pixels wide. */
function part(
  side: number,
  storage: Omit<Part, 'width' | 'height' | 'frames'> = {},
  colours = asCodes,
  height = side,
): Part {
  const tags = { space: AVCOL_SPC_BT709, range: AVCOL_RANGE_MPEG, ...storage };
  const frame = storePatches(colours, tags, side, height);
  return { ...tags, width: colours.length * side, height, frames: [frame, frame, frame] };
}

async function render(source: string): Promise<Rendered> {
  const result = await renderVideo(
    {
      ...{ generationType: 'video', alphaMode: 'fill', prompt: 'dusk', seed: 1, maxResolution: 720 },
      ...{ source, outputDirectory: createFolder() },
    },
    () => {},
  );
  if (isFailure(result)) throw new Error(result.message);
  return result;
}

describe('a video whose frames change within', () => {
  test.each<[string, readonly Part[]]>([
    ['to a smaller size', [part(64), part(32)]],
    ['to a larger size', [part(32), part(64)]],
    ['to a smaller size and back', [part(64), part(32), part(64)]],
    ['to another shape', [part(32), part(16, {}, asCodes, 64)]],
    ['to 4:2:2', [part(32), part(32, { format: AV_PIX_FMT_YUV422P })]],
    ['from 4:2:2', [part(32, { format: AV_PIX_FMT_YUV422P }), part(32)]],
    ['to 10 bits', [part(32), part(32, { format: AV_PIX_FMT_YUV420P10LE })]],
    ['to full range', [part(32), part(32, { range: AVCOL_RANGE_JPEG })]],
    ['from full range', [part(32, { range: AVCOL_RANGE_JPEG }), part(32)]],
    ['to BT.601', [part(32), part(32, { space: AVCOL_SPC_SMPTE170M })]],
    [
      'to HLG',
      [
        part(32),
        part(
          32,
          {
            ...{ format: AV_PIX_FMT_YUV420P10LE, space: AVCOL_SPC_BT2020_NCL },
            ...{ primaries: AVCOL_PRI_BT2020, transfer: AVCOL_TRC_ARIB_STD_B67 },
          },
          asHlg,
        ),
      ],
    ],
  ])('%s is shown as one', async (_change, parts) => {
    const source = await writeParts(join(createFolder(), 'source.mp4'), parts);
    const result = await render(source);
    const count = parts.length * 3;
    const { width, height } = parts[0] as Part;
    expect(result).toMatchObject({ width, height, frames: count });
    const input = await openVideo(result.source, 'source');
    if (isFailure(input)) throw new Error(input.message);
    let frame = 0;
    for await (const { data } of decodeFrames(input, { width, height }, 'colour')) {
      for (const [n, colour] of readPatches(data, width, height, shown.length).entries())
        for (const [c, code] of colour.entries())
          expect(Math.abs(code - (shown[n]?.[c] ?? 0)), `frame ${frame}, patch ${n}`).toBeLessThanOrEqual(5);
      frame++;
    }
    await input.context.closeInput();
    expect(frame).toBe(count);
    for (const path of [result.render, result.alpha])
      expect(await inspectVideo(path)).toMatchObject({ width, height, frames: count });
  });

  test('in nothing is copied as it is stored', async () => {
    const source = await writeParts(join(createFolder(), 'source.mp4'), [part(32)]);
    const result = await render(source);
    expect(await packetBytes(result.source)).toEqual(await packetBytes(source));
  });
});

/** The coded frames of a video, one after the other. */
async function packetBytes(path: string): Promise<string> {
  const input = await openVideo(path, 'file');
  if (isFailure(input)) throw new Error(input.message);
  const packets: string[] = [];
  const decoding = decodeFrames(input, input, 'colour', {
    async onPacket(packet) {
      packets.push(packet.data?.toString('base64') ?? '');
    },
  });
  while ((await decoding.next()).done !== true);
  await input.context.closeInput();
  return packets.join(' ');
}

describe('a matte whose frames change within', () => {
  const half = (side: number, storage: Omit<Part, 'width' | 'height' | 'frames'> = {}) =>
    part(side, storage, [
      [0, 0, 0],
      [1, 1, 1],
    ]);

  test.each<[string, readonly Part[]]>([
    ['to a smaller size', [half(64), half(32)]],
    ['to a larger size', [half(32), half(64)]],
    ['to full range', [half(32), half(32, { range: AVCOL_RANGE_JPEG })]],
    ['to 10 bits', [half(32), half(32, { format: AV_PIX_FMT_YUV420P10LE })]],
  ])('%s is black where it is black, and white where it is white', async (_change, parts) => {
    const input = await openVideo(await writeParts(join(createFolder(), 'alpha.mp4'), parts), 'alpha');
    if (isFailure(input)) throw new Error(input.message);
    const size = { width: 64, height: 32 };
    const seen: (number | undefined)[][] = [];
    for await (const { data } of decodeFrames(input, size, 'matte')) {
      expect(data).toHaveLength(64 * 32);
      seen.push([data[16 * 64 + 8], data[16 * 64 + 56]]);
    }
    await input.context.closeInput();
    expect(seen).toHaveLength(6);
    for (const [black, white] of seen) {
      expect(black).toBe(0);
      expect(white).toBeGreaterThanOrEqual(254);
    }
  });
});

describe('interlaced footage', () => {
  const [width, height] = [96, 64];

  /** A bright bar that moves by 4 pixels a field, as fields of one frame. */
  function drawFields(frame: number, first: 'tff' | 'bff'): Uint8Array {
    const data = new Uint8Array((width * height * 3) / 2).fill(128);
    for (let p = 0; p < width * height; p++) {
      const isTop = Math.floor(p / width) % 2 === 0;
      const moment = frame * 2 + (isTop === (first === 'tff') ? 0 : 1);
      const x = (p % width) - moment * 4;
      data[p] = x >= 8 && x < 32 ? 200 : 40;
    }
    return data;
  }

  /** How much lines differ from those beside them, on the mean. */
  async function combing(path: string): Promise<number[]> {
    const input = await openVideo(path, 'file');
    if (isFailure(input)) throw new Error(input.message);
    const combs: number[] = [];
    for await (const { data } of decodeFrames(input, { width, height }, 'colour')) {
      let sum = 0;
      for (let p = width; p < width * height; p++) sum += Math.abs((data[p] ?? 0) - (data[p - width] ?? 0));
      combs.push(sum / (width * (height - 1)));
    }
    await input.context.closeInput();
    return combs;
  }

  const footage = (first: 'tff' | 'bff', isFlagged: boolean): Part => ({
    ...{ width, height, space: AVCOL_SPC_BT709, range: AVCOL_RANGE_MPEG },
    frames: Array.from({ length: 8 }, (_, n) => drawFields(n, first)),
    ...(isFlagged && { fields: first }),
  });

  test.each(['tff', 'bff'] as const)('%s is deinterlaced, a frame for a frame', async (first) => {
    const source = await writeParts(join(createFolder(), 'source.mp4'), [footage(first, true)]);
    const result = await render(source);
    expect(result.frames).toBe(8);
    const [original, made] = [await inspectVideo(source), await inspectVideo(result.source)];
    expect(made.times).toEqual(original.times);
    for (const comb of await combing(result.source)) expect(comb).toBeLessThan(2);
  });

  test('is deinterlaced where only the container says so', async () => {
    const path = join(createFolder(), 'source.mov');
    await writeParts(path, [footage('tff', false)]);
    expect(Math.min(...(await combing(path)))).toBeGreaterThan(8);
    // Two fields, the top one first.
    describeFrames(path, 'avc1', 'fiel', [2, 1]);
    const result = await render(path);
    expect(result.frames).toBe(8);
    for (const comb of await combing(result.source)) expect(comb).toBeLessThan(2);
  });

  test('is deinterlaced from where it begins within a video', async () => {
    const still = {
      ...footage('tff', false),
      frames: Array.from({ length: 3 }, () => drawFields(0, 'tff').fill(60, 0, width * height)),
    };
    const source = await writeParts(join(createFolder(), 'source.mp4'), [still, footage('tff', true)]);
    const result = await render(source);
    expect(result.frames).toBe(11);
    for (const comb of await combing(result.source)) expect(comb).toBeLessThan(2);
  });
});
