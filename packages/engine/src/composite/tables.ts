import { lutSize, nodeOf, restOf } from '../colour/lut.ts';
import { byteOfLinear, codeOfLinear, linearOfByte, linearOfCode } from '../colour/srgb.ts';

/** The code value of linear light in 256ths, indexed as `byteOfLinear`. */
export const fineCodeOfLinear: Uint16Array = Uint16Array.from(codeOfLinear, (code) => Math.round(code * 256));

const tables = { fineCodeOfLinear, byteOfLinear, linearOfByte, linearOfCode, nodeOf, restOf } as const;

/** Where each table begins, in bytes, in the block that kernels know as `tables`. */
export const tableAt: Readonly<Record<keyof typeof tables, number>> = (() => {
  let at = 0;
  const next = ({ byteLength }: { readonly byteLength: number }) => {
    at += byteLength;
    return at - byteLength;
  };
  return {
    fineCodeOfLinear: next(fineCodeOfLinear),
    byteOfLinear: next(byteOfLinear),
    linearOfByte: next(linearOfByte),
    linearOfCode: next(linearOfCode),
    nodeOf: next(nodeOf),
    restOf: next(restOf),
  };
})();
export const tableBytes: number = tableAt.restOf + restOf.byteLength;

/** Lays the tables out as kernels look for them. */
export function layTables(block: Uint8Array): void {
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(tables))
    block.set(new Uint8Array(buffer, byteOffset, byteLength), tableAt[name as keyof typeof tables]);
}

/** Bytes from a node of a cube to its neighbour in red, green and blue. */
export const cubeStep = { r: lutSize * lutSize * 16, g: lutSize * 16, b: 16 } as const;
export const cubeFloats: number = lutSize ** 3 * 4;
