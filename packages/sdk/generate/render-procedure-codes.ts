import { fileRouteErrors, listProcedureErrors, type ProcedureName, procedures } from '@restage/contract';
import type { ErrorCode } from '@restage/errors';

const banner = `// Generated from the procedure and file route tables by \`pnpm --filter @restage/sdk generate\`. Do not edit.
`;

/** Renders `src/generated/procedure-codes.ts` of `@restage/errors`: the codes of each procedure and file route. */
export function renderProcedureCodes(): string {
  const names = Object.keys(procedures) as ProcedureName[];
  return [
    banner,
    "import type { ErrorCode } from '../catalog.ts';\n",
    '/** The error codes of each procedure, by its name in the API. */',
    renderTable('procedureCodes', Object.fromEntries(names.map((name) => [name, listProcedureErrors(name)]))),
    '/** The error codes of the signed URLs: the PUT of an upload, and the GET of an output. */',
    renderTable('fileRouteCodes', fileRouteErrors),
  ].join('\n');
}

function renderTable(name: string, rows: Readonly<Record<string, readonly ErrorCode[]>>): string {
  const lines = Object.entries(rows).map(([key, codes]) => {
    const list = codes.map((code) => `'${code}'`).join(', ');
    return `'${key}': [${list}],`;
  });
  return `export const ${name} = {
${lines.join('\n')}
} as const satisfies Readonly<Record<string, readonly ErrorCode[]>>;
`;
}
