export { bakeLut, fractionByCode, type Lut, lutSize, nodeByCode, sampleLut } from './colour/lut.ts';
export { fitToGamut, rgbToLab } from './colour/oklab.ts';
export { poolShotStatistics } from './colour/shot.ts';
export {
  byteToLinear,
  codeSteps,
  codeToLinear,
  decodeSrgb,
  encodeSrgb,
  linearSteps,
  linearToByte,
  linearToCode,
  luminance,
  mixRgb,
  parseHex,
  type Rgb,
  scaleRgb,
} from './colour/srgb.ts';
export { type ColourStatistics, computeColourStatistics, computeLabStatistics } from './colour/statistics.ts';
export { createColourTransfer, type LabMap } from './colour/transfer.ts';
export {
  blueScale,
  chroma,
  createPlanes,
  lumaB,
  lumaG,
  lumaR,
  lumaStep,
  mapMatte,
  type Planes,
  redScale,
  rgbToPlanes,
  viewPlanes,
  writeGrey,
} from './frame/planes.ts';
export { type Channel, type Picture, type View, viewPicture } from './frame/view.ts';
export { boxBlur, createGrid, type Grid } from './math/blur.ts';
export { createNoise, fractal, type Noise, ridged, sampleNoise } from './math/noise.ts';
export { createRandom, pickRandom, type Random, randomBetween } from './math/random.ts';
export { computeCellMeans, resize, shrink } from './math/resample.ts';
export { clamp, mix, smoothstep } from './math/scalar.ts';
export { type Arena, type Block, createArenaFactory, createSharedArenaFactory } from './wasm/arena.ts';
export {
  f32,
  f32x4,
  i8x16,
  i32,
  i32x4,
  type Kernel,
  kernel,
  loop,
  type Scope,
  type Statement,
  type Value,
  type Variable,
  when,
} from './wasm/assemble.ts';
