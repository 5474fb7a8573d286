export { createMatteFinder, type MatteFinder } from './matte-finder.ts';
export type { MatteModel, ModelFailure } from './model.ts';
export { createShotAnalyzer, type ShotAnalysis } from './motion/shot-analyzer.ts';
export { type MatteNetwork, openNetwork } from './network/network.ts';
export { checkNetwork, createNetworkFinder } from './network/network-finder.ts';
export { getSubjectColours } from './subject-colours.ts';
