import { type ProcedureName, procedures } from '@restage/contract';
import * as z from 'zod';
import { renderType, type SchemaNode } from './render-type.ts';

const banner = `// Made from the procedure table by \`pnpm --filter @restage/sdk generate\`. Do not edit.
// The client's types stand on their own, so that who installs it needs neither zod nor the server's code.
`;

/** Renders `src/wire.ts`: what procedures take and give, as plain types, and two small tables. */
export function renderWire(): string {
  const names = Object.keys(procedures) as ProcedureName[];
  const declared = new Map<string, SchemaNode>();
  const rows = names.map((name) => {
    const { input, output, kind } = procedures[name];
    const inputName = input ? declare(declared, input.schema, 'input', inputNameOf(name)) : 'undefined';
    const outputName = declare(declared, output, 'output', `${inputNameOf(name)}Output`);
    return `${quote(name)}: { kind: ${quote(kind)}; input: ${inputName}; output: ${outputName} };`;
  });
  const types = [...declared].map(
    ([name, node]) => `${comment(node.description)}export interface ${name} ${renderType(node)}\n`,
  );
  const streams = names.filter((name) => procedures[name].kind === 'subscription');
  return [
    banner,
    ...types,
    `/** Every procedure: what it takes and what it gives. Its codes are in procedureCodes of @restage/errors. */
export interface Procedures {\n${rows.join('\n')}\n}\n`,
    `/** Which procedures read and which write. */
export const kinds = { ${names.map((name) => `${quote(name)}: ${quote(procedures[name].kind)}`).join(', ')} } as const;\n`,
    `/** Where the events of each subscription are, with fields of its input in braces. */
export const eventPaths = { ${streams.map((name) => `${quote(name)}: ${quote(procedures[name].rest.path)}`).join(', ')} } as const;\n`,
  ].join('\n');
}

/** `generations.start` → `GenerationsStartInput`. */
function inputNameOf(name: string): string {
  return `${name.replaceAll(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())}Input`;
}

/** Adds a schema, and the named ones that it refers to, to what is declared. Gives its name. */
function declare(declared: Map<string, SchemaNode>, schema: z.ZodType, io: 'input' | 'output', name: string) {
  const { $defs = {}, $ref, ...node } = z.toJSONSchema(schema, { io }) as SchemaNode;
  for (const [id, definition] of Object.entries($defs)) declared.set(id, definition);
  if ($ref) return $ref.slice('#/$defs/'.length);
  const own = node.id ?? name;
  declared.set(own, node);
  return own;
}

function quote(text: string): string {
  return `'${text}'`;
}

function comment(text: string | undefined): string {
  return text ? `/** ${text} */\n` : '';
}
