/**
 * The characters that the server rejects with INVALID_FILENAME: separators, quotes, percent signs, characters that look
 * like them or like a dot, and invisible ones. A test checks that both rules agree.
 */
const unsafe =
  /[/\\:*?"<>|%\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u2024\u2025\u2026\u2044\u2215\u29f5\u29f8\ufe52\ufe68\uff0e\uff0f\uff3c\uff1a\uff05\u3002\uff61]+/gu;

const maxLength = 255;

/**
 * Converts a file's name to a name that the server accepts: rejected characters become a dash. A valid name is unchanged.
 * @param stem the file's name without its extension
 * @param extension an accepted extension, with its dot
 */
export function toUploadName(stem: string, extension: string): string {
  const safeStem = trimEnds(stem.replace(unsafe, '-').replace(/\.{2,}/g, '.'));
  const shortStem = trimEnds([...safeStem].slice(0, maxLength - extension.length).join(''));
  return `${shortStem || 'footage'}${extension}`;
}

/** Removes white space and dots from both ends. */
const trimEnds = (text: string) => text.replace(/^[\s.]+|[\s.]+$/g, '');
