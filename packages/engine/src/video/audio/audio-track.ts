import type { CodecParameters, Packet, Rational, Stream } from 'node-av/lib';

/** A source's audio on its way into an MP4. */
export interface AudioTrack {
  readonly stream: Stream;
  /** Time base of the packets from `push`. */
  readonly timeBase: Rational;
  /** Writes the packets' parameters to a stream. */
  describe(parameters: CodecParameters): void;
  /**
   * Takes the source's next packet, or null after the last.
   * @returns the packets to be written, which the caller frees.
   */
  push(packet: Packet | null): readonly Packet[];
  close(): void;
}
