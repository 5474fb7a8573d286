import { type ProcedureName, procedures } from '@restage/contract';
import * as z from 'zod';
import { renderSchema, type SchemaNode } from './render-schema.ts';

const banner = `// Generated from the procedure table by \`pnpm --filter @restage/sdk generate\`. Do not edit.
// The client's types import nothing, so that it depends on neither zod nor the server's code.
`;

/** Renders `src/generated/types.ts`: the inputs and outputs of all procedures as plain types, and two small tables. */
export function renderTypes(): string {
  const names = Object.keys(procedures) as ProcedureName[];
  const declarations = new Map<string, SchemaNode>();
  const rows = names.map((name) => {
    const { input, output, kind } = procedures[name];
    const inputName = input
      ? addDeclarations(declarations, input.schema, 'input', toTypeName(name))
      : 'undefined';
    const outputName = addDeclarations(declarations, output, 'output', `${toTypeName(name)}Output`);
    return `${quote(name)}: { kind: ${quote(kind)}; input: ${inputName}; output: ${outputName} };`;
  });
  const types = [...declarations].map(
    ([name, node]) => `${renderComment(node.description)}export interface ${name} ${renderSchema(node)}\n`,
  );
  const subscriptions = names.filter((name) => procedures[name].kind === 'subscription');
  return [
    banner,
    ...types,
    `/** The input and output of each procedure. The error codes are in procedureCodes of @restage/errors. */
export interface Procedures {\n${rows.join('\n')}\n}\n`,
    `/** The kind of each procedure. */
export const procedureKinds = { ${names.map((name) => `${quote(name)}: ${quote(procedures[name].kind)}`).join(', ')} } as const;\n`,
    `/** The path of each subscription's event stream, with input fields in braces. */
export const eventPaths = { ${subscriptions.map((name) => `${quote(name)}: ${quote(procedures[name].rest.path)}`).join(', ')} } as const;\n`,
  ].join('\n');
}

/** Converts `generations.start` to `GenerationsStartInput`. */
function toTypeName(name: string): string {
  return `${name.replaceAll(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())}Input`;
}

/** Adds a schema and the named schemas that it references to the declarations. Returns its name. */
function addDeclarations(
  declared: Map<string, SchemaNode>,
  schema: z.ZodType,
  io: 'input' | 'output',
  name: string,
) {
  const { $defs = {}, $ref, ...node } = z.toJSONSchema(schema, { io }) as SchemaNode;
  for (const [id, definition] of Object.entries($defs)) declared.set(id, definition);
  if ($ref) return $ref.slice('#/$defs/'.length);
  const typeName = node.id ?? name;
  declared.set(typeName, node);
  return typeName;
}

function quote(text: string): string {
  return `'${text}'`;
}

function renderComment(text: string | undefined): string {
  return text ? `/** ${text} */\n` : '';
}
