import type { Size } from '@restage/contract';

/** Five columns by seven rows per letter, top row first, with the leftmost column in the highest of five bits. */
const glyphs: Readonly<Record<string, readonly number[]>> = {
  R: [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001],
  E: [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
  S: [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
  T: [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100],
  A: [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
  G: [0b01111, 0b10000, 0b10000, 0b10011, 0b10001, 0b10001, 0b01110],
};
const text = 'RESTAGE TEST';
const columns = text.length * 6 + 6;
const rows = 24;

/** Whether the repeating text covers a position, given in dots; alternate lines are shifted. */
function isInk(column: number, row: number): boolean {
  const line = Math.floor(row / rows);
  const inLine = row - line * rows;
  if (inLine >= 7) return false;
  const inText = (column + (line % 2) * Math.floor(columns / 2)) % columns;
  const letter = text[Math.floor(inText / 6)];
  const bits = letter === undefined ? undefined : glyphs[letter]?.[inLine];
  const place = inText % 6;
  return bits !== undefined && place < 5 && ((bits >> (4 - place)) & 1) === 1;
}

/**
 * Creates the watermark "RESTAGE TEST", in rows over a whole picture of 8-bit pixels; a dot is a 150th of its height.
 * @param channels bytes per pixel.
 * @param white code of white in all of them.
 * @returns a function that draws it over one row of pixels, in place.
 */
export function watermark(
  { width, height }: Size,
  channels: 1 | 3,
  white: number,
): (y: number, row: Uint8Array) => void {
  const dot = Math.max(1, Math.round(Math.min(width, height) / 150));
  return (y, row) => {
    for (let x = 0, i = 0; x < width; x++, i += channels) {
      if (!isInk(Math.floor(x / dot), Math.floor(y / dot))) continue;
      for (let c = 0; c < channels; c++) row[i + c] = ((row[i + c] as number) + white) >> 1;
    }
  };
}
