import { listProcedureErrors, type ProcedureName, procedures } from '@restage/contract';
import { catalog } from '@restage/errors';
import { html } from 'hono/html';
import { renderProse } from '../html.ts';
import { createOpenApiDocument } from '../openapi.ts';
import { createExampleCalls } from './examples.ts';

interface Field {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Renders the page of a procedure: its route, example calls, fields and errors. */
export function renderProcedurePage(name: ProcedureName, publicUrl: string) {
  const { summary, description, rest, kind } = procedures[name];
  const { curl, sdk, trpc } = createExampleCalls(name, publicUrl);
  return html`<h1>${summary}</h1>
<p class="route">${rest.method} ${rest.path}</p>
<p>${renderProse(description)} <span class="muted">Over tRPC: <code>${name}</code>. Counts as a ${kind === 'mutation' ? 'write' : 'read'}.</span></p>
<h3>curl</h3><pre><code class="sh">${curl}</code></pre>
<h3>SDK</h3><pre><code class="ts">${sdk}</code></pre>
<h3>tRPC</h3><pre><code class="ts">${trpc}</code></pre>
${renderFields(name, publicUrl)}
<h3>Errors</h3><div class="table"><table><tbody>${listProcedureErrors(name).map(
    (code) =>
      html`<tr><td><a href="/errors#${code}"><code>${code}</code></a></td><td>${catalog[code].status}</td><td>${renderProse(catalog[code].meaning)}</td></tr>`,
  )}</tbody></table></div>`;
}

function renderFields(name: ProcedureName, publicUrl: string) {
  const operation = findOperation(name, publicUrl);
  const rows = [...(operation.parameters ?? []), ...listBodyFields(operation)];
  if (rows.length === 0) return '';
  return html`<h3>Fields</h3><div class="table"><table><tbody>${rows.map(
    (row) =>
      html`<tr><td><code>${row.name}</code></td><td class="muted">${row.required ? 'required' : ''}</td><td>${renderProse(describeField(row.schema))}</td></tr>`,
  )}</tbody></table></div>`;
}

interface Row {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Field;
}
interface Operation {
  readonly parameters?: readonly Row[];
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: {
          readonly required?: readonly string[];
          readonly properties: Record<string, Field>;
        };
      };
    };
  };
}

function findOperation(name: ProcedureName, publicUrl: string): Operation {
  const { rest } = procedures[name];
  const { paths } = createOpenApiDocument(publicUrl) as { paths: Record<string, Record<string, Operation>> };
  return paths[rest.path]?.[rest.method.toLowerCase()] ?? {};
}

function listBodyFields(operation: Operation): Row[] {
  const schema = operation.requestBody?.content['application/json'].schema;
  if (!schema) return [];
  return Object.entries(schema.properties).map(([name, field]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    schema: field,
  }));
}

function describeField(field: Field): string {
  const parts: string[] = [];
  if (field.enum) parts.push(field.enum.map((value) => JSON.stringify(value)).join(' | '));
  else if (field.type) parts.push([field.type].flat().join(' | '));
  if (field.maxLength !== undefined) parts.push(`${field.minLength ?? 0}–${field.maxLength} characters`);
  if (field.maximum !== undefined && field.maximum < Number.MAX_SAFE_INTEGER) {
    parts.push(`${field.minimum ?? 0}…${field.maximum}`);
  }
  if (field.default !== undefined) parts.push(`default ${JSON.stringify(field.default)}`);
  if (field.description) parts.push(field.description);
  return parts.join(', ');
}
