import { fileRouteErrors, type ProcedureName, procedureErrors, procedures } from '@restage/contract';
import type { ErrorCode } from '@restage/errors';

const banner = `// Made from the tables of procedures and of file routes by \`pnpm --filter @restage/sdk generate\`. Do not edit.
`;

/** Renders `src/procedure-codes.ts` of `@restage/errors`: exactly the codes of each procedure and of each file route. */
export function renderProcedureCodes(): string {
  const names = Object.keys(procedures) as ProcedureName[];
  return [
    banner,
    "import type { ErrorCode } from './catalog.ts';\n",
    '/** Every code that a call of each procedure can be refused with, by its name on the wire. */',
    renderTable('procedureCodes', Object.fromEntries(names.map((name) => [name, procedureErrors(name)]))),
    '/** Every code that the routes of signed URLs can answer with: the PUT of an upload, and the GET of an output. */',
    renderTable('fileRouteCodes', fileRouteErrors),
  ].join('\n');
}

function renderTable(name: string, rows: Readonly<Record<string, readonly ErrorCode[]>>): string {
  const lines = Object.entries(rows).map(([row, codes]) => {
    const list = codes.map((code) => `'${code}'`).join(', ');
    return `'${row}': [${list}],`;
  });
  return `export const ${name} = {
${lines.join('\n')}
} as const satisfies Readonly<Record<string, readonly ErrorCode[]>>;
`;
}
