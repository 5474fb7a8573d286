export { limits, outputBoxes, outputSize, type Size, uploadExtensions } from './limits.ts';
export {
  type AlphaMode,
  alphaModes,
  type GenerationType,
  generationTypes,
  type JobStatus,
  jobStatuses,
  type MaxResolution,
  maxResolutions,
} from './vocabulary.ts';
