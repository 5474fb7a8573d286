/** The file extensions of the formats that Restage accepts. */
export type Extension = 'png' | 'jpg' | 'webp' | 'mp4' | 'mov';

/** How many bytes {@link sniff} needs. */
export const sniffLength = 16;

/** Detects the format of a file from its first bytes. Returns undefined if Restage does not accept it. */
export function sniff(start: Uint8Array): Extension | undefined {
  const text = (from: number, to: number) => String.fromCharCode(...start.subarray(from, to));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (text(0, 3) === '\xff\xd8\xff') return 'jpg';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  if (text(4, 8) === 'ftyp') return text(8, 12) === 'qt  ' ? 'mov' : 'mp4';
  // Older QuickTime files begin with one of these atoms.
  return ['moov', 'mdat', 'wide', 'free', 'skip'].includes(text(4, 8)) ? 'mov' : undefined;
}
