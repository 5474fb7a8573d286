import { BufferSource, EncodedPacketSink, Input, MP4, QTFF } from 'mediabunny';
import type { BuiltMovie } from './build-movie.ts';

/** What {@link buildMovie} needs of a movie to build it anew: its coded samples and how to decode them. */
type DemuxedMovie = Pick<BuiltMovie, 'samples' | 'timescale' | 'type' | 'configuration' | 'width' | 'height'>;

/** Takes the video of an MP4 or MOV apart. Times come in ticks of `timescale`. */
export async function demuxMovie(bytes: Uint8Array<ArrayBuffer>, timescale: number): Promise<DemuxedMovie> {
  const input = new Input({ formats: [MP4, QTFF], source: new BufferSource(bytes) });
  const track = await input.getPrimaryVideoTrack();
  const config = await track?.getDecoderConfig();
  if (track === null || !config?.description) throw new Error('not a video that can be taken apart');
  const packets = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  const toTicks = (seconds: number) => Math.round(seconds * timescale);
  const shown = packets.map(({ timestamp }) => toTicks(timestamp)).sort((one, other) => one - other);
  const frame = toTicks(packets[0]?.duration ?? 0);
  const first = shown[0] ?? 0;
  return {
    timescale,
    type: config.codec.startsWith('avc') ? 'avc1' : 'hvc1',
    configuration: Buffer.from(config.description as Uint8Array),
    width: config.codedWidth ?? 0,
    height: config.codedHeight ?? 0,
    samples: packets.map(({ data, type, timestamp }, n) => ({
      data: Buffer.from(data),
      isSync: type === 'key',
      duration: frame,
      offset: toTicks(timestamp) - first - n * frame,
    })),
  };
}
