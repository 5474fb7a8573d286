import { formatted } from './formatted.ts';
import { renderProcedureCodes } from './render-procedure-codes.ts';
import { renderWire } from './render-wire.ts';

/** A file that is made from the contract. */
interface GeneratedFile {
  readonly url: URL;
  /** What it says today. */
  readonly render: () => string;
}

/** Every file that `generate` writes. */
export const generatedFiles: readonly GeneratedFile[] = [
  { url: new URL('../src/wire.ts', import.meta.url), render: () => formatted(renderWire()) },
  {
    url: new URL('../../errors/src/procedure-codes.ts', import.meta.url),
    render: () => formatted(renderProcedureCodes()),
  },
];
