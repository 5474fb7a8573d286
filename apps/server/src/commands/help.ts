import * as z from 'zod';
import { type Command, kebab, spell } from './command.ts';
import { groups, isCommand } from './groups.ts';

/** A command's names, as in `keys create`, with what it takes and what it does. */
function entries(name: string): { line: string; about: string; command: Command }[] {
  const group = groups[name];
  if (!group) return [];
  const all = isCommand(group)
    ? [[name, group] as const]
    : Object.entries(group).map(([verb, command]) => [`${name} ${verb}`, command] as const);
  return all.map(([names, command]) => {
    const parameters = command.parameters.map((each) => ` ${spell(each, command.parameters)}`).join('');
    return { line: `restage-server ${names}${parameters}`, about: command.about, command };
  });
}

/** Lines of two columns. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`).join('\n');
}

/** All commands of the operator, a line each. */
export function commandLines(): (readonly [string, string])[] {
  return Object.keys(groups).flatMap((name) =>
    entries(name).map(({ line, about }) => [line, about] as const),
  );
}

/** The help of a group, or of one of its verbs: what it takes, and its options. */
export function groupHelp(name: string, verb?: string): string {
  const only = `restage-server ${name} ${verb}`;
  const shown = entries(name).filter(
    ({ line }) => verb === undefined || line === only || line.startsWith(`${only} `),
  );
  return shown
    .map(({ line, about, command }) => {
      const options = Object.entries(command.fields).filter(([field]) => !command.parameters.includes(field));
      const rows = options.map(([field, schema]) => {
        const { placeholder = '', description = '' } = z.globalRegistry.get(schema) ?? {};
        return [`  --${kebab(field)} ${String(placeholder)}`, description] as const;
      });
      return [line, `  ${about}`, columns([...rows, ['  --json', 'one JSON document, for programs']])].join(
        '\n',
      );
    })
    .join('\n\n');
}
