import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestMedia, type TestMedia } from '../support/media.ts';
import { box } from '../support/movies/make-movie.ts';

let testMedia: TestMedia;
beforeAll(async () => {
  testMedia = await openTestMedia();
});
afterAll(() => testMedia.close());

const latin1 = (text: string) => Buffer.from(text.padEnd(512, '\0'), 'latin1');
const stillPicture = (brand: string) =>
  Buffer.concat([box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1miaf`, 'latin1')), Buffer.alloc(512)]);

describe('known formats that are not accepted, whatever the filename', () => {
  test.each([
    ['SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')],
    ['SVG', latin1('\xef\xbb\xbf  <?xml version="1.0"?><svg/>')],
    ['HTML', latin1('<!DOCTYPE html><html>')],
    ['GIF', latin1('GIF89a\x01\0\x01\0')],
    ['HEIC', stillPicture('heic')],
    ['AVIF', stillPicture('avif')],
    ['HEIF', stillPicture('mif1')],
    ['TIFF', latin1('II*\0\x08\0\0\0')],
    ['TIFF', latin1('MM\0*\0\0\0\x08')],
    ['BMP', latin1('BM\x36\0\0\0')],
    ['Photoshop', latin1('8BPS\0\x01')],
    ['OpenEXR', latin1('v/1\x01')],
    ['JPEG XL', latin1('\xff\n')],
    ['JPEG XL', latin1('\0\0\0\fJXL \r\n\x87\n')],
    ['JPEG 2000', latin1('\0\0\0\fjP  \r\n\x87\n')],
    ['icon', latin1('\0\0\x01\0\x01\0')],
    ['PDF', latin1('%PDF-1.7')],
    ['WebM', latin1('\x1aE\xdf\xa3')],
    ['AVI', latin1('RIFF\0\x10\0\0AVI LIST')],
    ['Ogg', latin1('OggS')],
    ['Flash', latin1('FLV\x01')],
    ['Windows Media', latin1('0&\xb2u\x8ef\xcf\x11')],
    ['MPEG', latin1('\0\0\x01\xba')],
    ['HLS', latin1('#EXTM3U\n#EXT-X-TARGETDURATION:10\nfile:///etc/passwd')],
    ['MP3', latin1('ID3\x04')],
    ['ZIP', latin1('PK\x03\x04')],
    ['gzip', latin1('\x1f\x8b\x08')],
  ])('%s is refused with its name', async (what, bytes) => {
    const failure = await testMedia.media.inspect(await testMedia.file('picture.png', bytes), 'reference');
    expect(failure).toMatchObject({ code: 'INVALID_FILE_FORMAT', param: 'reference_image_uri' });
    expect(failure).toHaveProperty('message', expect.stringContaining(what));
  });
});

describe('files of unknown type', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0x89])],
    ['zeros', Buffer.alloc(4096)],
    ['text', latin1('PNG, honestly')],
    ['half a PNG signature', Buffer.from('\x89PNG\r\n', 'latin1')],
    ['a concat script for FFmpeg', latin1('ffconcat version 1.0\nfile /etc/passwd')],
  ])('%s is refused', async (_, bytes) => {
    const failure = await testMedia.media.inspect(await testMedia.file('clip.mp4', bytes), 'source');
    expect(failure).toMatchObject({ code: 'INVALID_URI', param: 'source_uri' });
  });
});
