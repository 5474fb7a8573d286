export { type CogOptions, createCogEngine } from './cog/engine.ts';
export { type CompositorOptions, createCompositor } from './compositor.ts';
export type { Engine, Failed, Rendered, RenderOptions, RenderRequest, RenderResult } from './engine.ts';
