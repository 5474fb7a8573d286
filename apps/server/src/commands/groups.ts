import { accounts } from './accounts.ts';
import type { Command } from './command.ts';
import { credits } from './credits.ts';
import { jobs } from './jobs.ts';
import { keys } from './keys.ts';
import { reconcile } from './reconcile.ts';
import { webhooks } from './webhooks.ts';

/** The operator's commands: groups of verbs, and commands that have no verb. */
export const groups: Readonly<Record<string, Command | Readonly<Record<string, Command>>>> = {
  accounts,
  keys,
  credits,
  jobs,
  webhooks,
  reconcile,
};

/** Whether a group is a command by itself. */
export function isCommand(group: Command | Readonly<Record<string, Command>>): group is Command {
  return typeof group.prepare === 'function';
}
