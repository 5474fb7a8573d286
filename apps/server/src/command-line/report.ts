import type { OperatorContext } from '@restage/core';
import { type Failure, type FailureValue, isFailure } from '@restage/errors';
import type { BundlePaths } from '../paths.ts';
import type { ServerSettings } from '../settings/settings.ts';

/** The result of a command, for people and for programs alike. */
export type Report =
  | {
      readonly kind: 'list';
      /** The field of the JSON document that holds the rows. */
      readonly name: string;
      readonly rows: readonly object[];
      /** The fields that people see, in order; programs get all. */
      readonly columns: readonly string[];
      /** What people read if there are no rows. */
      readonly emptyText: string;
      /** The value that gets the next page; null on the last page, absent if the list has no pages. */
      readonly next?: string | null;
      readonly note?: string;
      /** Default: 0. */
      readonly exitCode?: 0 | 1;
    }
  | {
      readonly kind: 'record';
      readonly record: object;
      readonly note?: string;
      /** Default: 0. */
      readonly exitCode?: 0 | 1;
    };

/** Opens what a command acts on, runs it, and keeps its report to be printed. */
export type Execute = (
  run: (ctx: OperatorContext, settings: ServerSettings) => Promise<Report | Failure>,
) => Promise<void>;

/** Runs a command that needs neither database nor blobs, and keeps its report to be printed. */
export type ExecuteLocal = (
  run: (settings: ServerSettings, bundle: BundlePaths) => Promise<Report | FailureValue<string>>,
) => Promise<void>;

/** A report of one record, or the failure to get it. */
export function toRecord(result: object | Failure): Report | Failure {
  return isFailure(result) ? result : { kind: 'record', record: result };
}
