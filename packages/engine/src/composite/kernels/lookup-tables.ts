import {
  byteToLinear,
  codeToLinear,
  fractionByCode,
  linearToByte,
  linearToCode,
  lutSize,
  nodeByCode,
} from '@restage/pixels';

/** The code value of linear light in 256ths, indexed like `linearToByte`. */
export const linearToFineCode: Uint16Array = Uint16Array.from(linearToCode, (code) => Math.round(code * 256));

const tables = {
  linearToFineCode,
  linearToByte,
  byteToLinear,
  codeToLinear,
  nodeByCode,
  fractionByCode,
} as const;

/** Byte offset of each table in the block that kernels know as `tables`. */
export const tableOffsets: Readonly<Record<keyof typeof tables, number>> = (() => {
  let at = 0;
  const next = ({ byteLength }: { readonly byteLength: number }) => {
    at += byteLength;
    return at - byteLength;
  };
  return {
    linearToFineCode: next(linearToFineCode),
    linearToByte: next(linearToByte),
    byteToLinear: next(byteToLinear),
    codeToLinear: next(codeToLinear),
    nodeByCode: next(nodeByCode),
    fractionByCode: next(fractionByCode),
  };
})();
export const tableBytes: number = tableOffsets.fractionByCode + fractionByCode.byteLength;

/** Writes the tables where kernels expect them. */
export function writeTables(block: Uint8Array): void {
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(tables))
    block.set(new Uint8Array(buffer, byteOffset, byteLength), tableOffsets[name as keyof typeof tables]);
}

/** Bytes from a node of a LUT to its neighbour in red, green and blue. */
export const cubeStep = { r: lutSize * lutSize * 16, g: lutSize * 16, b: 16 } as const;
export const cubeFloats: number = lutSize ** 3 * 4;
