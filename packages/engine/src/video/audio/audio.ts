import { isFailure } from '@restage/errors';
import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_ALAC,
  AV_CODEC_ID_DTS,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_FLAC,
  AV_CODEC_ID_MP2,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_VORBIS,
} from 'node-av/constants';
import { FFmpegError, type FormatContext, Packet, type Stream } from 'node-av/lib';
import { closeVideo, openVideo, type VideoInput } from '../decode/open.ts';
import type { AudioTrack } from './audio-track.ts';
import { encodeAudio } from './encode-audio.ts';

/** Codecs that MP4 carries and players play: copied unchanged. */
const copied: ReadonlySet<number> = new Set([
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_ALAC,
]);
/** Those of them that need the container's header. */
const withHeader: ReadonlySet<number> = new Set([AV_CODEC_ID_AAC, AV_CODEC_ID_ALAC]);

/** Codecs that are decoded and encoded as AAC, besides all of PCM, ADPCM and AMR, which FFmpeg numbers together. */
const decoded: ReadonlySet<number> = new Set([
  ...copied,
  ...[AV_CODEC_ID_OPUS, AV_CODEC_ID_FLAC, AV_CODEC_ID_VORBIS, AV_CODEC_ID_MP2, AV_CODEC_ID_DTS],
]);
const [firstPcm, lastAmr] = [0x10000, 0x12fff];

/**
 * Opens a video's audio for writing.
 * @returns undefined if there is none, or none that can be decoded.
 */
export async function openAudio(path: string, { audio }: VideoInput): Promise<AudioTrack | undefined> {
  if (audio === undefined) return undefined;
  const { codecId, sampleRate, channels, extradataSize } = audio.codecpar;
  const isWhole = sampleRate > 0 && channels > 0 && (extradataSize > 0 || !withHeader.has(codecId));
  const isCopied = copied.has(codecId) && isWhole;
  const isDecoded = decoded.has(codecId) || (codecId >= firstPcm && codecId <= lastAmr);
  if (!isCopied && !isDecoded) return undefined;
  if (!(await hasSound(path, audio.index, isCopied))) return undefined;
  return isCopied ? copyAudio(audio) : encodeAudio(audio);
}

function copyAudio(stream: Stream): AudioTrack {
  return {
    stream,
    timeBase: stream.timeBase,
    describe(parameters) {
      FFmpegError.throwIfError(stream.codecpar.copy(parameters), 'copy');
      parameters.codecTag = 0;
    },
    push(packet) {
      if (packet === null) return [];
      const twin = packet.clone();
      if (twin === null) throw new Error('a packet could not be cloned');
      return [twin];
    },
    close() {},
  };
}

/** Whether a stream of a video has a packet, and, if it must be encoded, one that can be. */
async function hasSound(path: string, index: number, isCopied: boolean): Promise<boolean> {
  const input = await openVideo(path, 'source', true);
  if (isFailure(input)) return false;
  try {
    const { audio, audioContext } = input;
    if (audio?.index !== index || audioContext === undefined) return false;
    return isCopied ? hasPacket(audioContext, audio) : isEncodable(audioContext, audio);
  } finally {
    await closeVideo(input);
  }
}

function hasPacket(context: FormatContext, stream: Stream): boolean {
  using packet = new Packet();
  packet.alloc();
  while (context.readFrameSync(packet) >= 0) {
    if (packet.streamIndex === stream.index) return true;
    packet.unref();
  }
  return false;
}

/** Encodes a stream until there is a packet. Whatever FFmpeg can't decode or convert is not encodable. */
function isEncodable(context: FormatContext, stream: Stream): boolean {
  using packet = new Packet();
  packet.alloc();
  let track: AudioTrack | undefined;
  try {
    track = encodeAudio(stream);
    for (let ended = false; !ended; ) {
      ended = context.readFrameSync(packet) < 0;
      const isSound = packet.streamIndex === stream.index;
      const made = ended || isSound ? track.push(ended ? null : packet) : [];
      packet.unref();
      for (const one of made) one.free();
      if (made.length > 0) return true;
    }
    return false;
  } catch {
    return false;
  } finally {
    track?.close();
  }
}
