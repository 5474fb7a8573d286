export type { MatteModel } from '@restage/matting';
export { type CogOptions, createCogEngine } from './cog/engine.ts';
export { type Compositor, type CompositorOptions, createCompositor } from './compositor.ts';
export type {
  Engine,
  Rendered,
  RenderFailure,
  RenderFailureCode,
  RenderOptions,
  RenderRequest,
  RenderResult,
} from './engine.ts';
