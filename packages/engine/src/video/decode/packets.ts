import { AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { type FormatContext, Packet, type Stream } from 'node-av/lib';

/** Reads the samples of a video in the order in which they are stored. */
export interface SampleReader {
  /** Reads a sample at any position. @returns whether it exists. */
  read(sample: number, packet: Packet): boolean;
}

/** Earlier than any time that a file can hold. */
const beginning = -(2n ** 40n);

/**
 * Opens a reader. The demuxer is opened without edit lists, so that the packets of its stream are the track's samples,
 * one for one; a sample is found by counting them.
 */
export function openSamples(context: FormatContext, stream: Stream): SampleReader {
  let next = 0;
  return {
    read(sample, packet) {
      if (sample < next) {
        if (context.seekFrameSync(stream.index, beginning, AVSEEK_FLAG_BACKWARD) < 0) return false;
        next = 0;
      }
      while (context.readFrameSync(packet) >= 0) {
        if (packet.streamIndex === stream.index && next++ === sample) return true;
        packet.unref();
      }
      return false;
    },
  };
}

/** Delivers the packets of a video's audio as rendering proceeds. */
export interface AudioFeed extends Disposable {
  /** Delivers packets that begin at or before a time in seconds and have not been delivered yet. */
  readUntil(seconds: number): Promise<void>;
}

/**
 * Opens a feed of the audio of a video that was opened with it; undefined if there is no audio, or no receiver.
 * Packets out of order are skipped: no file could hold them, and no player plays them.
 */
export function openAudioFeed(
  {
    audioContext,
    audio,
  }: { readonly audioContext: FormatContext | undefined; readonly audio: Stream | undefined },
  onPacket: ((packet: Packet) => Promise<void>) | undefined,
): AudioFeed | undefined {
  if (audioContext === undefined || audio === undefined || onPacket === undefined) return undefined;
  const { num, den } = audio.timeBase;
  const packet = new Packet();
  packet.alloc();
  let isHeld = false;
  let last: bigint | undefined;
  return {
    async readUntil(seconds) {
      while (isHeld || audioContext.readFrameSync(packet) >= 0) {
        const isAudio = packet.streamIndex === audio.index && (last === undefined || packet.dts > last);
        isHeld = isAudio && (Number(packet.pts) * num) / den > seconds;
        if (isHeld) return;
        if (isAudio) {
          last = packet.dts;
          await onPacket(packet);
        }
        packet.unref();
      }
    },
    [Symbol.dispose]: () => packet.free(),
  };
}
