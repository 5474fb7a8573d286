export { describeEffects } from './describe-effects.ts';
export { createGrade } from './grade.ts';
export { estimateKeyLight, type KeyLight } from './key-light.ts';
export { type ParsedPrompt, parsePrompt } from './parse-prompt.ts';
export { compressHighlight, getPlateSize, paintPlate } from './plate.ts';
