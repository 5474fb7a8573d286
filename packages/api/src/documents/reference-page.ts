import { type ProcedureName, procedureErrors, procedures } from '@restage/contract';
import { catalogue } from '@restage/errors';
import { html } from 'hono/html';
import { page, prose } from './html.ts';
import { openApiDocument } from './openapi.ts';

interface Field {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** A first call for each procedure, as one would type it. */
const examples: Readonly<Record<ProcedureName, string>> = {
  'uploads.create': `-d '{"filename":"photo.jpg"}'`,
  'generations.start': `-d '{"generation_type":"image","alpha_mode":"auto","source_uri":"beeble://uploads/…/photo.jpg","prompt":"golden hour on a beach"}'`,
  'generations.quote': `-d '{"generation_type":"image","alpha_mode":"auto","source_uri":"beeble://uploads/…/photo.jpg","prompt":"golden hour on a beach"}'`,
  'generations.get': '',
  'generations.watch': '-N',
  'generations.list': '',
  'generations.cancel': '-X POST',
  'account.info': '',
  'account.billing': '',
};

/** The reference: every procedure with its fields, its errors and a call, rendered from the OpenAPI document. */
export function referencePage(publicUrl: string) {
  const names = Object.keys(procedures) as ProcedureName[];
  return page(
    'Reference',
    html`<h1>Restage</h1>
<p>Restages footage: give it an image or a video, say what the subject is and what the scene should be, and it returns the subject relit and composited into that scene. Wire-compatible with the SwitchX v1 API.</p>
<p>Every call carries a key: <code>x-api-key: rsk_…</code>. The same procedures are served as REST, and over tRPC at <code>/trpc</code>.</p>
<div class="table"><table><tbody>${names.map(
      (name) =>
        html`<tr><td><a href="#${name}">${procedures[name].summary}</a></td><td class="route">${procedures[name].rest.method} ${procedures[name].rest.path}</td></tr>`,
    )}</tbody></table></div>
${names.map((name) => section(name, publicUrl))}`,
  );
}

function section(name: ProcedureName, publicUrl: string) {
  const { summary, description, rest, kind } = procedures[name];
  const data = examples[name] ? ` \\\n  ${examples[name]}` : '';
  const path = rest.path.replaceAll(/\{\w+\}/g, 'swx_…');
  return html`<section id="${name}"><h2>${summary}</h2>
<p class="route">${rest.method} ${rest.path}</p>
<p>${prose(description)} <span class="muted">Over tRPC: <code>${name}</code>. Counts as a ${kind === 'mutation' ? 'write' : 'read'}.</span></p>
<pre><code>curl ${publicUrl}${path} \\
  -H "x-api-key: $RESTAGE_API_KEY"${data}</code></pre>
${fields(name, publicUrl)}
<h3>Errors</h3><div class="table"><table><tbody>${procedureErrors(name).map(
    (code) =>
      html`<tr><td><a href="/errors#${code}"><code>${code}</code></a></td><td>${catalogue[code].status}</td><td>${prose(catalogue[code].meaning)}</td></tr>`,
  )}</tbody></table></div></section>`;
}

function fields(name: ProcedureName, publicUrl: string) {
  const operation = operationOf(name, publicUrl);
  const rows = [...(operation.parameters ?? []), ...bodyFields(operation)];
  if (rows.length === 0) return '';
  return html`<h3>Fields</h3><div class="table"><table><tbody>${rows.map(
    (row) =>
      html`<tr><td><code>${row.name}</code></td><td class="muted">${row.required ? 'required' : ''}</td><td>${describe(row.schema)}</td></tr>`,
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

function operationOf(name: ProcedureName, publicUrl: string): Operation {
  const { rest } = procedures[name];
  const { paths } = openApiDocument(publicUrl) as { paths: Record<string, Record<string, Operation>> };
  return paths[rest.path]?.[rest.method.toLowerCase()] ?? {};
}

function bodyFields(operation: Operation): Row[] {
  const schema = operation.requestBody?.content['application/json'].schema;
  if (!schema) return [];
  return Object.entries(schema.properties).map(([name, field]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    schema: field,
  }));
}

function describe(field: Field): string {
  const parts: string[] = [];
  if (field.enum) parts.push(field.enum.map((value) => JSON.stringify(value)).join(' | '));
  else if (field.type) parts.push(field.type);
  if (field.maxLength !== undefined) parts.push(`${field.minLength ?? 0}–${field.maxLength} characters`);
  if (field.maximum !== undefined && field.maximum < Number.MAX_SAFE_INTEGER) {
    parts.push(`${field.minimum ?? 0}…${field.maximum}`);
  }
  if (field.default !== undefined) parts.push(`default ${JSON.stringify(field.default)}`);
  if (field.description) parts.push(field.description);
  return parts.join(', ');
}
