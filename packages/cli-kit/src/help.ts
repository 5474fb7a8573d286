import { type CommandUnknownOpts, Help, type HelpConfiguration } from '@commander-js/extra-typings';

/** The names that lead to a command, as in `keys create`; empty for the program itself. */
export function getPath(command: CommandUnknownOpts): string {
  return command.parent ? `${getPath(command.parent)} ${command.name()}`.trim() : '';
}

/** How a command is used, as in `restage run <source> [options]`. */
export function getUsage(command: CommandUnknownOpts): string {
  const program = getProgram(command).name();
  return [program, getTerm(command), '[options]'].filter(Boolean).join(' ');
}

function getProgram(command: CommandUnknownOpts): CommandUnknownOpts {
  return command.parent ? getProgram(command.parent) : command;
}

/** A command's path and what it takes, as in `run <source>`. */
function getTerm(command: CommandUnknownOpts): string {
  const takes = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  if (command.commands.length > 0) takes.push('<command>');
  return [getPath(command), ...takes].filter(Boolean).join(' ');
}

/** The commands below a command that run something, at any depth. */
function getLeafCommands(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? getLeafCommands(child) : [child]));
}

/** Commander's help, with arguments before options, and with the commands of all groups in one list. */
export const helpConfiguration: HelpConfiguration = {
  showGlobalOptions: true,
  commandUsage: getUsage,
  subcommandTerm: getTerm,
  formatHelp(command, helper) {
    // Only for what is shown: suggestions compare with the commands one level below.
    helper.visibleCommands = (parent) => {
      const isHelp = (child: CommandUnknownOpts) => Number(child.name() === 'help');
      return getLeafCommands(parent).sort((a, b) => isHelp(a) - isHelp(b));
    };
    return Help.prototype.formatHelp.call(helper, command, helper);
  },
};
