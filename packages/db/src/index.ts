export {
  accounts,
  apiKeys,
  creditEntries,
  generations,
  rateWindows,
  type StoredInput,
  type StoredInputs,
  type StoredOutputs,
  uploads,
} from './schema.ts';
