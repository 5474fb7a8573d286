import type { CodecParameters, Packet, Rational, Stream } from 'node-av/lib';

/** A source's sound on its way into an MP4. */
export interface AudioTrack {
  readonly stream: Stream;
  /** Of the packets that `push` gives. */
  readonly timeBase: Rational;
  /** Writes what the packets are into a stream's parameters. */
  describe(parameters: CodecParameters): void;
  /**
   * Takes the source's next packet, or null after the last.
   * @returns the packets to be written, which the caller frees.
   */
  push(packet: Packet | null): readonly Packet[];
  close(): void;
}
