/** The part of JSON Schema that the contract's schemas use. */
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

/** Renders a schema as a TypeScript type. @throws for JSON Schema features that the contract does not use yet */
export function renderSchema(node: SchemaNode): string {
  if (node.$ref) return node.$ref.slice('#/$defs/'.length);
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (node.anyOf) return node.anyOf.map(renderSchema).join(' | ');
  if (Array.isArray(node.type)) return node.type.map((type) => renderSchema({ type })).join(' | ');
  if (node.type === 'array' && node.items) return `Array<${renderSchema(node.items)}>`;
  if (node.type === 'object' && node.properties) return renderObject(node);
  const primitive = typeof node.type === 'string' ? primitives[node.type] : undefined;
  if (!primitive) throw new Error(`Can't render ${JSON.stringify(node)} as a TypeScript type.`);
  return primitive;
}

function renderObject({ properties = {}, required = [] }: SchemaNode): string {
  const fields = Object.entries(properties).map(([name, node]) => {
    const type = renderSchema(node);
    const field = required.includes(name) ? `${name}: ${type};` : `${name}?: ${type} | undefined;`;
    return `${renderComment(node)}${field}`;
  });
  return `{\n${fields.join('\n')}\n}`;
}

function renderComment({ description, default: value }: SchemaNode): string {
  const sentences = [description, value === undefined ? undefined : `Default: ${JSON.stringify(value)}`];
  const text = sentences.filter((sentence) => sentence !== undefined).join('. ');
  return text ? `/** ${text}. */\n` : '';
}
