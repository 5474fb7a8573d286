/** The part of JSON Schema that the contract's schemas come out as. */
export interface SchemaNode {
  readonly id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly type?: string | readonly string[];
  readonly const?: string | number;
  readonly enum?: readonly (string | number)[];
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
}

const primitives: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** Renders a schema as a TypeScript type. Throws for a form that the contract hasn't used before. */
export function renderType(node: SchemaNode): string {
  if (node.$ref) return node.$ref.slice('#/$defs/'.length);
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (node.anyOf) return node.anyOf.map(renderType).join(' | ');
  if (Array.isArray(node.type)) return node.type.map((type) => renderType({ type })).join(' | ');
  if (node.type === 'array' && node.items) return `Array<${renderType(node.items)}>`;
  if (node.type === 'object' && node.properties) return renderObject(node);
  const primitive = typeof node.type === 'string' ? primitives[node.type] : undefined;
  if (!primitive) throw new Error(`No TypeScript type is known for ${JSON.stringify(node)}.`);
  return primitive;
}

function renderObject({ properties = {}, required = [] }: SchemaNode): string {
  const fields = Object.entries(properties).map(([name, node]) => {
    const type = renderType(node);
    const field = required.includes(name) ? `${name}: ${type};` : `${name}?: ${type} | undefined;`;
    return `${describe(node)}${field}`;
  });
  return `{\n${fields.join('\n')}\n}`;
}

function describe({ description, default: value }: SchemaNode): string {
  const sentences = [description, value === undefined ? undefined : `Default: ${JSON.stringify(value)}`];
  const text = sentences.filter((sentence) => sentence !== undefined).join('. ');
  return text ? `/** ${text}. */\n` : '';
}
