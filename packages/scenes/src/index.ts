export { describeEffects } from './describe-effects.ts';
export { createGrade } from './grade.ts';
export { estimateKeyLight, type KeyLight } from './key-light.ts';
export { type ParsedPrompt, parsePrompt } from './parse-prompt.ts';
export { getPlateSize, paintPlate } from './plate.ts';
