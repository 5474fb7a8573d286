/**
 * What the server takes in no filename: separators, quotes, percent signs, what looks like them or like a dot, and what
 * can't be seen. The rule is INVALID_FILENAME's; a test holds the two together.
 */
const unsafe =
  /[/\\:*?"<>|%\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u2024\u2025\u2026\u2044\u2215\u29f5\u29f8\ufe52\ufe68\uff0e\uff0f\uff3c\uff1a\uff05\u3002\uff61]+/gu;

const longest = 255;

/**
 * Names an upload after a file, whatever that is called: a name that the server takes stays as it is, and what it
 * would refuse becomes a dash.
 * @param stem the file's name without its extension
 * @param extension one that the server takes, with its dot
 */
export function toUploadName(stem: string, extension: string): string {
  const clean = trimmed(stem.replace(unsafe, '-').replace(/\.{2,}/g, '.'));
  const cut = trimmed([...clean].slice(0, longest - extension.length).join(''));
  return `${cut || 'footage'}${extension}`;
}

/** Without the white space and the dots that a name may not begin with, nor an extension follow. */
const trimmed = (text: string) => text.replace(/^[\s.]+|[\s.]+$/g, '');
