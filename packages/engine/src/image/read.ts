import { computeOutputSize, limits, type Size } from '@restage/contract';
import { failWith } from '@restage/errors';
import type { Picture } from '@restage/pixels';
import sharp, { type Sharp } from 'sharp';
import type { InputFailure, RenderRequest } from '../engine.ts';
import { closeJpeg, isCutJpeg } from './cut-jpeg.ts';
import { isPlainPng } from './plain-png.ts';

// Only what the contract accepts is ever decoded, whatever a file turns out to hold.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp'] });
sharp.cache(false);

/** A file's role, named in messages. */
type Role = 'source' | 'alpha' | 'reference image';

/** Maximum pixels to decode: those that a start accepts. */
const limitInputPixels: Readonly<Record<Role, number>> = {
  source: limits.sourcePixels,
  alpha: limits.sourcePixels,
  'reference image': limits.referencePixels,
};

/**
 * Decodes a file, which `open` opens anew each time: read once from top to bottom, and scaled while decoding. If
 * libvips can't decode it, that is the job's fault, not a bug: a failure names the file's role.
 */
async function decode<T>(
  role: Role,
  path: string,
  work: (open: () => Sharp) => Promise<T>,
): Promise<T | InputFailure> {
  const options = {
    limitInputPixels: limitInputPixels[role],
    failOn: 'error',
    sequentialRead: true,
  } as const;
  try {
    return await work(() => sharp(path, options)).catch(async (error) => {
      const closed =
        error instanceof Error && isCutJpeg(error)
          ? await closeJpeg(path, options.limitInputPixels)
          : undefined;
      if (closed === undefined) throw error;
      return work(() => sharp(closed, options));
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (/pixel limit/.test(error.message))
      return failWith('INVALID_INPUT', `The ${role} has more pixels than can be processed.`);
    return failWith(
      'INVALID_INPUT',
      `The ${role} could not be decoded as an image: it is damaged or incomplete.`,
    );
  }
}

/** What a source's header says. */
interface SourceHead {
  /** The job's output size. */
  readonly size: Size;
  /** Whether the file equals its output, an opaque 8-bit sRGB PNG of that size, and can be copied. */
  readonly isPlain: boolean;
}

/** Reads the header of a source. */
export function readSourceHead(
  request: Pick<RenderRequest, 'source' | 'maxResolution'>,
): Promise<SourceHead | InputFailure> {
  return decode('source', request.source, async (open) => {
    const head = await open().metadata();
    const size = computeOutputSize(head.autoOrient, request.maxResolution, 'image');
    const isPlain =
      head.format === 'png' &&
      head.width === size.width &&
      head.height === size.height &&
      head.space === 'srgb' &&
      head.depth === 'uchar' &&
      head.channels === 3 &&
      !head.hasProfile &&
      (head.orientation ?? 1) === 1 &&
      (await isPlainPng(request.source));
    return { size, isPlain };
  });
}

/** Reads the source at output size: EXIF orientation applied, in sRGB, transparency over black. */
export function readSource(path: string, size: Size): Promise<Picture | InputFailure> {
  return decode('source', path, async (open) => {
    const data = await open()
      .autoOrient()
      .resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' })
      .flatten({ background: '#000000' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
    return { ...size, data };
  });
}

/**
 * Reads a matte, stretched to the output's size: white is subject. If the file has transparency, as a cut-out does,
 * that is the matte.
 */
export function readMatte(path: string, width: number, height: number): Promise<Uint8Array | InputFailure> {
  return decode('alpha', path, async (open) => {
    const input = open();
    const { hasAlpha, space } = await input.metadata();
    const opaque = !hasAlpha || (await open().stats()).isOpaque;
    const sized = input.autoOrient().resize(width, height, { fit: 'fill', kernel: 'linear' });
    if (!opaque)
      return sized.toColourspace('srgb').extractChannel('alpha').raw({ depth: 'uchar' }).toBuffer();
    if (space === 'b-w')
      return sized.removeAlpha().extractChannel(0).toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer();
    const rgb = await sized.removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
    const matte = new Uint8Array(width * height);
    for (let p = 0, i = 0; p < matte.length; p++, i += 3) {
      matte[p] = ((rgb[i] as number) + (rgb[i + 1] as number) + (rgb[i + 2] as number) + 1) / 3;
    }
    return matte;
  });
}

/**
 * Maximum aspect ratio of a reference. The rest is cropped on both sides: covering a plate with a line of pixels
 * would exceed addressable sizes.
 */
const maxAspect = 64;

/** Reads a reference as a plate of a size: cover-fitted, centred, and slightly out of focus like a background. */
export function readReference(
  path: string,
  width: number,
  height: number,
): Promise<Uint8Array | InputFailure> {
  return decode('reference image', path, async (open) => {
    const shown = (await open().metadata()).autoOrient;
    const middle = {
      width: Math.min(shown.width, shown.height * maxAspect),
      height: Math.min(shown.height, shown.width * maxAspect),
    };
    const input = open().autoOrient();
    const cut =
      middle.width === shown.width && middle.height === shown.height
        ? input
        : input.extract({
            left: (shown.width - middle.width) >> 1,
            top: (shown.height - middle.height) >> 1,
            ...middle,
          });
    return cut
      .flatten({ background: '#000000' })
      .resize(width, height, { fit: 'cover', position: 'centre', kernel: 'lanczos3' })
      .blur(Math.max(0.6, Math.min(width, height) * 0.0032))
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
  });
}
