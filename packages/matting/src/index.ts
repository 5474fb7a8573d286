export { createMatteFinder, createNetworkFinder, type MatteFinder } from './matte-finder.ts';
export type { MatteModel, ModelFailure } from './model.ts';
export { createShotAnalyzer, type ShotAnalysis } from './motion/shot-analyzer.ts';
export { checkNetwork } from './network/check-network.ts';
export { type MatteNetwork, openNetwork } from './network/network.ts';
export { createSelectFinder } from './select/select-finder.ts';
export { createShotCarrier, type SelectedShot } from './select/select-shot.ts';
export { getSubjectColours } from './subject-colours.ts';
