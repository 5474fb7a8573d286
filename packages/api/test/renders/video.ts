import {
  BufferSource,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';

async function openTrack(bytes: Uint8Array<ArrayBuffer>) {
  const input = new Input({ formats: [MP4], source: new BufferSource(bytes) });
  const track = await input.getPrimaryVideoTrack();
  if (!track) throw new Error('no video track');
  return track;
}

/** The first frames of a shot whose packets come in display order, as an MP4; nothing is decoded. */
export async function trimVideo(
  bytes: Uint8Array<ArrayBuffer>,
  frames: number,
): Promise<Buffer<ArrayBuffer>> {
  const track = await openTrack(bytes);
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat(), target });
  const config = await track.getDecoderConfig();
  const codec = await track.getCodec();
  if (!config || !codec) throw new Error('an unknown codec');
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source);
  await output.start();
  const packets = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  const wanted = new Set([...packets].sort((a, b) => a.timestamp - b.timestamp).slice(0, frames));
  for (const packet of packets) {
    if (wanted.has(packet)) await source.add(packet, { decoderConfig: config });
  }
  await output.finalize();
  if (!target.buffer) throw new Error('nothing was written');
  return Buffer.from(target.buffer);
}

/** What a shot is, from its container. */
export async function readVideoInfo(bytes: Uint8Array<ArrayBuffer>) {
  const track = await openTrack(bytes);
  const { packetCount } = await track.computePacketStats();
  return {
    frames: packetCount,
    width: await track.getDisplayWidth(),
    height: await track.getDisplayHeight(),
    codec: await track.getCodec(),
    seconds: await track.computeDuration(),
  };
}
