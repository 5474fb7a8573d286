import { formatSource } from './format-source.ts';
import { renderProcedureCodes } from './render-procedure-codes.ts';
import { renderTypes } from './render-types.ts';

/** A file that is generated from the contract. */
interface GeneratedFile {
  readonly url: URL;
  /** Returns its current content. */
  readonly render: () => string;
}

/** Every file that `generate` writes. */
export const generatedFiles: readonly GeneratedFile[] = [
  {
    url: new URL('../src/generated/types.ts', import.meta.url),
    render: () => formatSource(renderTypes()),
  },
  {
    url: new URL('../../errors/src/generated/procedure-codes.ts', import.meta.url),
    render: () => formatSource(renderProcedureCodes()),
  },
];
