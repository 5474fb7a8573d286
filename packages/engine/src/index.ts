export { type CogOptions, createCogEngine } from './cog/engine.ts';
export { type Compositor, type CompositorOptions, createCompositor } from './compositor.ts';
export type {
  Engine,
  MatteModel,
  Rendered,
  RenderFailure,
  RenderFailureCode,
  RenderOptions,
  RenderRequest,
  RenderResult,
} from './engine.ts';
