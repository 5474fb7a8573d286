import { CustomSource, EncodedPacketSink, Input, type InputVideoTrack, MP4, QTFF } from 'mediabunny';
import { Damaged, type Reader } from './reader.ts';
import type { Verdict } from './verdict.ts';

const boxesAtMost = 256;
const movieBoxAtMost = 32 * 1024 * 1024;
const framesCounted = 10_000;
const codecs = { avc: 'h264', hevc: 'hevc' } as const;

/** What an MP4 or MOV is, from its `moov` box, wherever that stands. Throws Damaged. */
export async function readMovie(reader: Reader): Promise<Verdict> {
  checkBoxes(reader);
  const source = new CustomSource({
    getSize: () => reader.size,
    read: (start, end) => reader.read(start, end - start),
  });
  const input = new Input({ formats: [MP4, QTFF], source });
  try {
    const format = (await input.getFormat()) === QTFF ? 'mov' : 'mp4';
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return { kind: 'unaccepted', what: 'a file without a video track' };
    const codec = await track.getCodec();
    if (codec === null) return { kind: 'unaccepted', what: 'a video of another codec' };
    if (codec !== 'avc' && codec !== 'hevc')
      return { kind: 'unaccepted', what: `a video with the codec ${codec}` };
    const frames = await countFrames(track);
    if (frames === 0) throw new Damaged('it has no frames');
    const durationSeconds = (await track.getDurationFromMetadata()) ?? (await track.computeDuration());
    return {
      kind: 'probed',
      probe: {
        type: 'video',
        format,
        width: await track.getDisplayWidth(),
        height: await track.getDisplayHeight(),
        frames,
        codec: codecs[codec],
        durationSeconds,
        bytes: reader.size,
      },
    };
  } finally {
    input.dispose();
  }
}

/** The frames that a player shows: those before zero are there to decode from, and cut off by the edit list. */
async function countFrames(track: InputVideoTrack): Promise<number> {
  let stored = 0;
  let shown = 0;
  for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, {
    metadataOnly: true,
  })) {
    stored += 1;
    if (stored === framesCounted) return framesCounted;
    if (packet.timestamp > -1e-6) shown += 1;
  }
  return shown;
}

/**
 * Walks the top-level boxes as far as `moov` and the media that it is about, so that what is cut short is
 * found; and reads `moov` whole, so that it is fetched in one piece.
 */
function checkBoxes(reader: Reader): void {
  const seen = new Set<string>();
  let position = 0;
  for (let count = 0; count < boxesAtMost; count += 1) {
    const header = reader.read(position, 8);
    const type = header.toString('latin1', 4, 8);
    let size = header.readUInt32BE(0);
    if (size === 1) size = Number(reader.read(position + 8, 8).readBigUInt64BE());
    if (size === 0) size = reader.size - position;
    if (size < 8) throw new Damaged('one of its boxes is shorter than its header');
    if (position + size > reader.size) throw new Damaged('it ends too early');
    if (type === 'moov') {
      if (size > movieBoxAtMost) throw new Damaged('its movie header is over 32 MB');
      reader.read(position, size);
    }
    seen.add(type);
    if (seen.has('moov') && seen.has('mdat')) return;
    position += size;
  }
  throw new Damaged('it has no movie header');
}
