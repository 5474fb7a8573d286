import { limits, uploadExtensions } from '../limits.ts';

const extension = /\.(mp4|mov|png|jpe?g|webp)$/i;
/** Separators and quotes, percent escapes, control and format characters, and private or unassigned ones. */
const unsafe = /[/\\:*?"<>|%\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;
/** Characters that look like, or normalise to, a separator or a dot. */
const disguised =
  /[\u2024\u2025\u2026\u2044\u2215\u29f5\u29f8\ufe52\ufe68\uff0e\uff0f\uff3c\uff1a\uff05\u3002\uff61]/u;

/**
 * Says which rule an upload's name breaks, as the rest of a sentence that begins with "filename"; undefined where it
 * breaks none: 3 to 255 characters, a single path segment that stays one under every decoding, and an accepted
 * extension whatever its case. The rules are the contract's INVALID_FILENAME.
 */
export function findFilenameFault(value: unknown): string | undefined {
  const { min, max } = limits.filenameLength;
  const extensions = Object.keys(uploadExtensions);
  const endings = `${extensions.slice(0, -1).join(', ')} or ${extensions.at(-1)}`;
  if (typeof value !== 'string')
    return `must be a name of ${min} to ${max} characters that ends in ${endings}`;
  const length = [...value].length;
  if (length < min || length > max) return `must have ${min} to ${max} characters, and has ${length}`;
  const [character] = unsafe.exec(value) ?? disguised.exec(value) ?? [];
  if (character !== undefined) {
    return `must not contain ${nameCharacter(character)}: a name has none of / \\ : * ? " < > | %, nothing that looks like them or a dot, and nothing invisible`;
  }
  if (value.startsWith('.')) return 'must not begin with a dot';
  if (value.includes('..')) return 'must not contain two dots in a row';
  if (value.trim() !== value) return 'must not begin or end with a space';
  return extension.test(value) ? undefined : `must end in ${endings}`;
}

/** A character as a person can tell it: itself where it can be seen in ASCII, and its number otherwise. */
function nameCharacter(character: string): string {
  const number = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
  return /[!-~]/.test(character) ? character : number;
}

/** Whether an upload may be named so: see {@link findFilenameFault}. */
export const isFilename = (value: string): boolean => findFilenameFault(value) === undefined;

/** The media type that a filename's extension stands for. */
export function filenameType(filename: string): (typeof uploadExtensions)[keyof typeof uploadExtensions] {
  const found = filename.slice(filename.lastIndexOf('.')).toLowerCase();
  return uploadExtensions[found as keyof typeof uploadExtensions];
}
