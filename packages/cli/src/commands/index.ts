import type { Command } from '../command.ts';
import { account } from './account.ts';
import { cancel } from './cancel.ts';
import { errors } from './errors.ts';
import { get } from './get.ts';
import { jobs } from './jobs.ts';
import { listen } from './listen.ts';
import { quote } from './quote.ts';
import { run } from './run.ts';
import { upload } from './upload.ts';
import { watch } from './watch.ts';

/** The commands, by name, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  run,
  quote,
  get,
  watch,
  cancel,
  jobs,
  upload,
  account,
  listen,
  errors,
};
