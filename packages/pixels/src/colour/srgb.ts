/** Red, green and blue in linear light, 1 is display white. */
export type Rgb = readonly [number, number, number];

/** The sRGB transfer function (IEC 61966-2-1), 0…1 code value to linear light. */
export function decodeSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Its inverse, linear light to 0…1 code value. */
export function encodeSrgb(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** Linear light of each 8-bit code. */
export const byteToLinear: Float32Array = Float32Array.from({ length: 256 }, (_, i) => decodeSrgb(i / 255));

/** The highest index of `linearToByte`; fine enough that no 8-bit code is skipped. */
export const linearSteps = 16_383;

/** 8-bit code of linear light 0…1, indexed by `value * linearSteps` rounded. */
export const linearToByte: Uint8Array = Uint8Array.from({ length: linearSteps + 1 }, (_, i) =>
  Math.round(encodeSrgb(i / linearSteps) * 255),
);

/** Code value of linear light as a float 0…255, indexed like `linearToByte`. */
export const linearToCode: Float32Array = Float32Array.from(
  { length: linearSteps + 1 },
  (_, i) => encodeSrgb(i / linearSteps) * 255,
);

/** Steps per code in `codeToLinear`: the nearest one is at most a 32nd of a code away. */
export const codeSteps = 16;

/** Linear light of a fractional code value, indexed by `code * codeSteps` rounded. */
export const codeToLinear: Float32Array = Float32Array.from({ length: 256 * codeSteps }, (_, i) =>
  decodeSrgb(i / (255 * codeSteps)),
);

/** `#rrggbb` to linear light. */
export function parseHex(code: string): Rgb {
  const value = Number.parseInt(code.slice(1), 16);
  return [
    decodeSrgb((value >> 16) / 255),
    decodeSrgb(((value >> 8) & 255) / 255),
    decodeSrgb((value & 255) / 255),
  ];
}

export function mixRgb(from: Rgb, to: Rgb, amount: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * amount,
    from[1] + (to[1] - from[1]) * amount,
    from[2] + (to[2] - from[2]) * amount,
  ];
}

export function scaleRgb(colour: Rgb, by: number): Rgb {
  return [colour[0] * by, colour[1] * by, colour[2] * by];
}

/** Relative luminance, BT.709 weights. */
export function luminance(colour: Rgb): number {
  return colour[0] * 0.2126 + colour[1] * 0.7152 + colour[2] * 0.0722;
}
