/** The format of a file by its first bytes: an accepted one, a known one that is not supported, or undefined. */
export type SniffResult =
  | { readonly accepted: 'png' | 'jpeg' | 'webp' | 'movie' }
  | { readonly unsupported: string }
  | undefined;

/** Bytes that `sniff` reads. */
export const sniffedBytes = 64;

/** Major brands of files that resemble MP4 but contain still images. */
const imageBrands: Readonly<Record<string, string>> = {
  avif: 'an AVIF image',
  avis: 'an AVIF image',
  crx: 'a camera raw image',
  heic: 'a HEIC image',
  heix: 'a HEIC image',
  heim: 'a HEIC image',
  heis: 'a HEIC image',
  hevc: 'a HEIC image',
  hevx: 'a HEIC image',
  mif1: 'a HEIF image',
  msf1: 'a HEIF image',
};

/** Signatures of common formats that are not accepted, so that the error can name them. */
const knownSignatures: readonly (readonly [signature: string, offset: number, what: string])[] = [
  ['GIF8', 0, 'a GIF image'],
  ['BM', 0, 'a BMP image'],
  ['II*\0', 0, 'a TIFF image'],
  ['MM\0*', 0, 'a TIFF image'],
  ['II+\0', 0, 'a TIFF image'],
  ['MM\0+', 0, 'a TIFF image'],
  ['8BPS', 0, 'a Photoshop document'],
  ['v/1\x01', 0, 'an OpenEXR image'],
  ['#?RADIANCE', 0, 'a Radiance HDR image'],
  ['SDPX', 0, 'a DPX image'],
  ['XPDS', 0, 'a DPX image'],
  ['\xff\n', 0, 'a JPEG XL image'],
  ['JXL ', 4, 'a JPEG XL image'],
  ['jP  ', 4, 'a JPEG 2000 image'],
  ['\xffO\xffQ', 0, 'a JPEG 2000 image'],
  ['\0\0\x01\0', 0, 'an icon'],
  ['%PDF-', 0, 'a PDF document'],
  ['\x1aE\xdf\xa3', 0, 'a WebM or Matroska video'],
  ['AVI ', 8, 'an AVI video'],
  ['WAVE', 8, 'a WAVE sound'],
  ['OggS', 0, 'an Ogg file'],
  ['FLV\x01', 0, 'a Flash video'],
  ['0&\xb2u\x8ef\xcf\x11', 0, 'a Windows Media file'],
  ['\0\0\x01\xba', 0, 'an MPEG program stream'],
  ['\0\0\x01\xb3', 0, 'an MPEG video stream'],
  ['#EXTM3U', 0, 'an HLS playlist'],
  ['ID3', 0, 'an MP3 sound'],
  ['PK\x03\x04', 0, 'a ZIP archive'],
  ['\x1f\x8b', 0, 'a gzip archive'],
];

/** Detects a file's format from its first 64 bytes, never from its name. */
export function sniff(bytes: Buffer): SniffResult {
  const text = bytes.toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return { accepted: 'png' };
  if (text.startsWith('\xff\xd8')) return { accepted: 'jpeg' };
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return { accepted: 'webp' };
  if (text.startsWith('ftyp', 4)) {
    const still = imageBrands[text.slice(8, 12).trim()];
    return still === undefined ? { accepted: 'movie' } : { unsupported: still };
  }
  if (isQuickTime(bytes)) return { accepted: 'movie' };
  const other = knownSignatures.find(([signature, offset]) => text.startsWith(signature, offset));
  if (other) return { unsupported: other[2] };
  const trimmed = text.replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '').trimStart();
  if (/^<(svg|\?xml|!DOCTYPE svg|!--)/i.test(trimmed)) return { unsupported: 'an SVG or XML document' };
  if (/^<(!doctype html|html|head|body)/i.test(trimmed)) return { unsupported: 'an HTML page' };
  return undefined;
}

/** Boxes that a QuickTime movie without `ftyp` may begin with. */
const firstBoxes: ReadonlySet<string> = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);

/** Whether a file begins with such a box of a valid size. */
function isQuickTime(bytes: Buffer): boolean {
  if (bytes.length < 8 || !firstBoxes.has(bytes.toString('latin1', 4, 8))) return false;
  const size = bytes.readUInt32BE(0);
  return size <= 1 || size >= 8;
}
