import type { Size } from '@restage/contract';
import { AV_PKT_FLAG_DISCARD, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { Packet } from 'node-av/lib';
import { type DecodedFrame, decodeFrames } from './decode.ts';
import type { VideoInput } from './open.ts';

/** When a video's frames are shown, and where its decoding can begin. */
export interface FrameIndex {
  /** Times of the shown frames, ascending, in the stream's time base. */
  readonly times: readonly bigint[];
  /** Keyframes in order. The first frame counts as one. */
  readonly keys: readonly Key[];
}

interface Key {
  /** The number of the frame as it is shown, counted from 0. */
  readonly frame: number;
  /** The demuxer seeks by these, not by the times of decoding. */
  readonly pts: bigint;
}

/** Reads a video's packets to the end, undecoded; of a file that is damaged, as far as they go. */
export function indexFrames({ context, stream }: VideoInput): FrameIndex {
  const times: bigint[] = [];
  const keyed: bigint[] = [];
  using packet = new Packet();
  packet.alloc();
  while (context.readFrameSync(packet) >= 0) {
    const { pts } = packet;
    if (packet.streamIndex === stream.index) {
      if (!packet.hasFlags(AV_PKT_FLAG_DISCARD)) times.push(pts);
      if (packet.isKeyframe || keyed.length === 0) keyed.push(pts);
    }
    packet.unref();
  }
  times.sort((one, other) => Number(one - other));
  keyed.sort((one, other) => Number(one - other));
  const keys: Key[] = [];
  let frame = 0;
  for (const pts of keyed) {
    // A keyframe that the edit list hides counts as the frame that is shown next.
    while (frame < times.length && (times[frame] as bigint) < pts) frame++;
    if (frame < times.length) keys.push({ frame, pts });
  }
  return { times, keys };
}

/** Frames that follow one another from a keyframe on, and those of them that are wanted. */
interface Run {
  readonly key: Key;
  readonly wanted: readonly number[];
}

/** What has to be decoded for some frames, given in order: each from the last keyframe before it. */
function runsOf({ keys }: FrameIndex, frames: readonly number[]): readonly Run[] {
  const runs = new Map<Key, number[]>();
  for (const frame of frames) {
    const key = keys.findLast((one) => one.frame <= frame) ?? (keys[0] as Key);
    const wanted = runs.get(key) ?? [];
    wanted.push(frame);
    runs.set(key, wanted);
  }
  return [...runs].map(([key, wanted]) => ({ key, wanted }));
}

/** How many frames have to be decoded to see some, given in order. */
export function decodingOf(index: FrameIndex, frames: readonly number[]): number {
  const lengths = runsOf(index, frames).map(({ key, wanted }) => (wanted.at(-1) as number) - key.frame + 1);
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** A frame and its number, counted from 0. */
export interface NumberedFrame extends DecodedFrame {
  readonly frame: number;
}

/** Decodes the frames of some numbers, given in order, and no more than these need. One that is damaged is left out. */
export async function* decodeSome(
  input: VideoInput,
  index: FrameIndex,
  frames: readonly number[],
  size: Size,
  kind: 'colour' | 'matte',
): AsyncGenerator<NumberedFrame> {
  for (const { key, wanted } of runsOf(index, frames)) {
    if (input.context.seekFrameSync(input.stream.index, key.pts, AVSEEK_FLAG_BACKWARD) < 0) continue;
    const numbers = new Map(wanted.map((frame) => [index.times[frame] as bigint, frame]));
    // Packets are not in the order in which frames are shown.
    const unread = new Set(numbers.keys());
    const decoding = decodeFrames(input, size, kind, {
      wants: (pts) => numbers.has(pts),
      isIdle: ({ pts }) => !unread.has(pts),
      isLast: ({ pts }) => unread.delete(pts) && unread.size === 0,
    });
    for await (const decoded of decoding) yield { ...decoded, frame: numbers.get(decoded.pts) as number };
  }
}
