import {
  boxBlur,
  type ColourStatistics,
  computeLabStatistics,
  type Grid,
  poolShotStatistics,
  resize,
  shrink,
  type View,
} from '@restage/pixels';
import { toLabGrid } from '../frame-grids.ts';
import { isAligned, isIdentity, register, type Similarity, warp } from '../motion/registration.ts';
import { buildCleanPlate, type CleanPlate, type FrameCodes, refineAlignment } from '../plate/clean-plate.ts';
import { type CarriedMatte, carryMatte } from './propagate.ts';

/** Cells along the longer side of the grid on which a matte is carried. */
export const carrySize = 256;
/** Cells of that grid, in each direction, for each stored offset: a flow is smooth. */
const flowStep = 4;
/** Frames kept at full size for the clean plate; when there are as many, every second one is dropped. */
const maxSamples = 12;
/** Share of the subject in a cell's surroundings below which the cell shows background. */
const maxShare = 0.02;
/** Fewer samples than this make no plate. */
const minSamples = 3;

/** The matte of one frame as its artist gave it: one byte per pixel. */
interface GivenMatte {
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A shot through which a matte was carried. */
export interface SelectedShot {
  readonly given: GivenMatte;
  /** By frame; undefined for the keyframe. */
  readonly carried: readonly (StoredMatte | undefined)[];
  /** What is behind the subject; undefined if the shot does not show enough of it. */
  readonly background: ShotBackground | undefined;
  /** The subject's colours over the shot. */
  readonly colours: ColourStatistics | undefined;
}

/** A carried matte in little memory. */
export interface StoredMatte {
  /** 0…255 per cell. */
  readonly coarse: Uint8Array;
  readonly columns: number;
  readonly rows: number;
  /** At a quarter of the cells, offsets still in cells. */
  readonly toKeyframe: Grid;
  readonly confidence: Grid;
}

/** The clean plate of a shot, and the frame that others are aligned with. */
export interface ShotBackground {
  readonly plate: CleanPlate;
  readonly isStaticCamera: boolean;
  readonly reference: Grid;
}

/** Collects the frames of a shot, then carries a matte through them. */
export interface ShotCarrier {
  /** Takes all frames, in order. */
  addFrame(view: View): void;
  /** Carries the matte from its frame to the last, then back to the first. @returns by `yield` the share done, 0…1. */
  carry(given: GivenMatte): Generator<number, SelectedShot>;
}

/** A frame's small picture in OKLab, in integers: all of a shot's are kept. */
type StoredLab = Int16Array;
const labScale = 16384;

interface Sample {
  readonly frame: number;
  readonly codes: FrameCodes;
}

export function createShotCarrier(): ShotCarrier {
  const labs: StoredLab[] = [];
  let size = { width: 0, height: 0 };
  let samples: Sample[] = [];
  let stride = 1;
  const readLab = (frame: number): Grid => ({
    ...size,
    channels: 3,
    data: new Float32Array(labs[frame] as StoredLab).map((value) => value / labScale),
  });
  function* readLabs(frames: readonly number[]) {
    for (const frame of frames) yield readLab(frame);
  }
  return {
    addFrame(view) {
      const frame = labs.length;
      const { width, height, data } = toLabGrid(view, carrySize);
      size = { width, height };
      labs.push(Int16Array.from(data.map((value) => Math.round(value * labScale))));
      if (frame % stride !== 0) return;
      const { channels } = view;
      samples.push({
        frame,
        codes: { width: view.width, height: view.height, channels, codes: view.codes.slice() },
      });
      if (samples.length < maxSamples) return;
      samples = samples.filter((_, n) => n % 2 === 0);
      stride *= 2;
    },
    *carry(given) {
      const matte = toCells(given, size);
      const carried: (StoredMatte | undefined)[] = labs.map(() => undefined);
      const after = labs.map((_, frame) => frame).slice(given.frame + 1);
      const before = labs
        .map((_, frame) => frame)
        .slice(0, given.frame)
        .reverse();
      let done = 0;
      for (const frames of [after, before]) {
        let at = 0;
        const pictures = readLabs(frames);
        for (const found of carryMatte(readLab(given.frame), matte, pictures)) {
          carried[frames[at++] as number] = store(found);
          yield ++done / (labs.length - 1);
        }
      }
      const readCoarse = (frame: number) =>
        frame === given.frame ? matte : toCoarse(carried[frame] as StoredMatte);
      const background = findBackground(samples, readLab, readCoarse);
      const colours = poolShotStatistics(
        samples.map(({ frame }) => {
          const { data } = readCoarse(frame);
          return computeLabStatistics(readLab(frame), (cell) => data[cell] as number);
        }),
      );
      return { given, carried, background, colours };
    },
  };
}

/** A matte's mean in each cell of a grid, 0…1. */
function toCells({ width, height, data }: GivenMatte, cells: Pick<Grid, 'width' | 'height'>): Grid {
  const pixels = { width, height, channels: 1, data: new Float32Array(data).map((value) => value / 255) };
  const step = Math.floor(Math.min(width / cells.width, height / cells.height));
  return resize(step > 1 ? shrink(pixels, step) : pixels, cells.width, cells.height);
}

function store({ coarse, toKeyframe, confidence }: CarriedMatte): StoredMatte {
  return {
    coarse: Uint8Array.from(coarse.data.map((value) => Math.round(value * 255))),
    columns: coarse.width,
    rows: coarse.height,
    toKeyframe: shrink(toKeyframe, flowStep),
    confidence: shrink(confidence, flowStep),
  };
}

/** The coarse matte of a stored one, 0…1. */
export function toCoarse({ coarse, columns, rows }: StoredMatte): Grid {
  return {
    width: columns,
    height: rows,
    channels: 1,
    data: new Float32Array(coarse).map((value) => value / 255),
  };
}

/** Builds the clean plate of what the samples show beside the subject; undefined if too few align. */
function findBackground(
  samples: readonly Sample[],
  readLab: (frame: number) => Grid,
  readCoarse: (frame: number) => Grid,
): ShotBackground | undefined {
  const middle = samples[samples.length >> 1];
  if (middle === undefined) return undefined;
  const reference = readLab(middle.frame);
  const registered = samples
    .map((sample) => ({ ...sample, registration: register(reference, readLab(sample.frame)) }))
    .filter(({ registration }) => isAligned(registration));
  if (registered.length < minSamples) return undefined;
  const isStaticCamera = registered.every(({ registration }) =>
    isIdentity(registration.transform, 0.3, reference.width),
  );
  const plateSamples = registered.map(({ frame, codes, registration }) => {
    const transform: Similarity | undefined = isStaticCamera ? undefined : registration.transform;
    return { codes, transform, unoccluded: markUnoccluded(readCoarse(frame), transform) };
  });
  return {
    plate: buildCleanPlate(refineAlignment(middle.codes, plateSamples)),
    isStaticCamera,
    reference,
  };
}

/** 1 where neither a cell of the reference nor its surroundings show the subject in a sample. */
function markUnoccluded(coarse: Grid, transform: Similarity | undefined) {
  const nearby = { ...coarse, data: coarse.data.slice() };
  boxBlur(nearby, 1, 2);
  const { width, height, data } = transform === undefined ? nearby : warp(nearby, transform, 1);
  return { width, height, data: Uint8Array.from(data.map((value) => (value < maxShare ? 1 : 0))) };
}
