import { limits, uploadExtensions } from './limits.ts';

const extension = /\.(mp4|mov|png|jpe?g|webp)$/i;
/** Separators and quotes, percent escapes, control and format characters, and private or unassigned ones. */
const unsafe = /[/\\:*?"<>|%\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;
/** Characters that look like, or normalise to, a separator or a dot. */
const disguised =
  /[\u2024\u2025\u2026\u2044\u2215\u29f5\u29f8\ufe52\ufe68\uff0e\uff0f\uff3c\uff1a\uff05\u3002\uff61]/u;

/**
 * Whether an upload may be named so: 3 to 255 characters, a single path segment that stays one under every
 * decoding, and an accepted extension whatever its case. The rule is the contract's INVALID_FILENAME.
 */
export function isFilename(value: string): boolean {
  const length = [...value].length;
  return (
    length >= limits.filenameLength.min &&
    length <= limits.filenameLength.max &&
    extension.test(value) &&
    !unsafe.test(value) &&
    !disguised.test(value) &&
    !value.startsWith('.') &&
    !value.includes('..') &&
    value.trim() === value
  );
}

/** The media type that a filename's extension stands for. */
export function filenameType(filename: string): (typeof uploadExtensions)[keyof typeof uploadExtensions] {
  const found = filename.slice(filename.lastIndexOf('.')).toLowerCase();
  return uploadExtensions[found as keyof typeof uploadExtensions];
}
