import type { ProcedureName } from '@restage/contract';
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
import { type Implementation, implement } from './implement.ts';

/** The procedures and their verbs, one line each. Both transports are made from it. */
export const implementations = {
  'uploads.create': implement('uploads.create', createUpload),
  'generations.start': implement('generations.start', startGeneration),
  'generations.get': implement('generations.get', getGeneration),
  'generations.quote': implement('generations.quote', quoteGeneration),
  'generations.watch': implement('generations.watch', watchGeneration),
  'generations.list': implement('generations.list', listGenerations),
  'generations.cancel': implement('generations.cancel', cancelGeneration),
  'account.info': implement('account.info', accountInfo),
  'account.billing': implement('account.billing', accountBilling),
} as const satisfies { readonly [Name in ProcedureName]: Implementation<Name> };
