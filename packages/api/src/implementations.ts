import {
  accountBilling,
  accountInfo,
  cancelGeneration,
  createUpload,
  getGeneration,
  listGenerations,
  quoteGeneration,
  startGeneration,
  watchGeneration,
} from '@restage/core';
import { implementAll } from './implement.ts';

/** The verb of each procedure. Every transport calls them through the pipeline. */
export const verbs = implementAll({
  'uploads.create': createUpload,
  'generations.start': startGeneration,
  'generations.get': getGeneration,
  'generations.quote': quoteGeneration,
  'generations.watch': watchGeneration,
  'generations.list': listGenerations,
  'generations.cancel': cancelGeneration,
  'account.info': accountInfo,
  'account.billing': accountBilling,
});
