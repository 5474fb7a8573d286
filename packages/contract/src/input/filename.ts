import { limits, uploadExtensions } from '../limits.ts';

const extension = /\.(mp4|mov|png|jpe?g|webp)$/i;
/** Separators, quotes, percent signs, control and format characters, and private-use and unassigned code points. */
const unsafe = /[/\\:*?"<>|%\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;
/** Characters that look like, or normalize to, a separator or a dot. */
const confusable =
  /[\u2024\u2025\u2026\u2044\u2215\u29f5\u29f8\ufe52\ufe68\uff0e\uff0f\uff3c\uff1a\uff05\u3002\uff61]/u;

/**
 * Checks the filename of an upload (INVALID_FILENAME): 3 to 255 characters, a single path segment under every decoding, and
 * an accepted extension in any case.
 * @returns the rule that it breaks, as the rest of a sentence that begins with "filename"; undefined if it is valid
 */
export function findFilenameProblem(value: unknown): string | undefined {
  const { min, max } = limits.filenameLength;
  const extensions = Object.keys(uploadExtensions);
  const extensionList = `${extensions.slice(0, -1).join(', ')} or ${extensions.at(-1)}`;
  if (typeof value !== 'string')
    return `must be a name of ${min} to ${max} characters that ends in ${extensionList}`;
  const length = [...value].length;
  if (length < min || length > max) return `must have ${min} to ${max} characters, but has ${length}`;
  const [character] = unsafe.exec(value) ?? confusable.exec(value) ?? [];
  if (character !== undefined) {
    return `must not contain ${formatCharacter(character)}, nor any of / \\ : * ? " < > | %, characters that look like them or like a dot, or invisible characters`;
  }
  if (value.startsWith('.')) return 'must not begin with a dot';
  if (value.includes('..')) return 'must not contain two dots in a row';
  if (value.trim() !== value) return 'must not begin or end with a space';
  return extension.test(value) ? undefined : `must end in ${extensionList}`;
}

/** Formats a character for a message: printable ASCII as it is, other characters as U+XXXX. */
function formatCharacter(character: string): string {
  const codePoint = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
  return /[!-~]/.test(character) ? character : codePoint;
}

/** Whether a filename is valid: see {@link findFilenameProblem}. */
export const isFilename = (value: string): boolean => findFilenameProblem(value) === undefined;

/** Returns the media type for the extension of a valid filename. */
export function getFilenameType(filename: string): (typeof uploadExtensions)[keyof typeof uploadExtensions] {
  const fileExtension = filename.slice(filename.lastIndexOf('.')).toLowerCase();
  return uploadExtensions[fileExtension as keyof typeof uploadExtensions];
}
