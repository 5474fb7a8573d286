/** The forms of footage that Restage takes, by the extension that names them. */
export type Extension = 'png' | 'jpg' | 'webp' | 'mp4' | 'mov';

/** How many bytes from the start {@link sniff} looks at. */
export const sniffedBytes = 16;

/** Tells the form of footage by its first bytes; undefined where it is none of those that Restage takes. */
export function sniff(start: Uint8Array): Extension | undefined {
  const text = (from: number, to: number) => String.fromCharCode(...start.subarray(from, to));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (text(0, 3) === '\xff\xd8\xff') return 'jpg';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  if (text(4, 8) === 'ftyp') return text(8, 12) === 'qt  ' ? 'mov' : 'mp4';
  // Older QuickTime begins with another of its atoms.
  return ['moov', 'mdat', 'wide', 'free', 'skip'].includes(text(4, 8)) ? 'mov' : undefined;
}
