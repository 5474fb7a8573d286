import { FilterAPI } from 'node-av/api';
import {
  AV_CHANNEL_LAYOUT_5POINT1_BACK,
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_NOPTS_VALUE,
  AV_SAMPLE_FMT_FLTP,
  AVERROR_EOF,
  FF_ENCODER_AAC,
} from 'node-av/constants';
import {
  Codec,
  CodecContext,
  type CodecParameters,
  FFmpegError,
  Frame,
  Packet,
  Rational,
  type Stream,
} from 'node-av/lib';
import type { AudioTrack } from './audio-track.ts';

/** Sample rates of AAC that players play. */
const sampleRates: ReadonlySet<number> = new Set([
  ...[96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000],
]);
const defaultRate = 48_000;
const bitsPerChannel = 96_000n;
const samplesPerFrame = 1024;
/** Longer gaps, which only damaged files have, are not filled with silence: audio after them is dropped. */
const maxGapSeconds = 300;

/**
 * Decodes audio and encodes it as AAC. Times are kept up to the stream's declared end; gaps and what can't be decoded
 * become silence.
 */
export function encodeAudio(stream: Stream): AudioTrack {
  const decoder = openDecoder(stream);
  const encoder = openEncoder(stream.codecpar);
  const frame = new Frame();
  frame.alloc();
  let filter: FilterAPI | undefined;
  let next: number | undefined;

  const encode = (frames: Iterable<Frame | null>): Packet[] => {
    const packets: Packet[] = [];
    for (const one of frames) {
      if (one === null) continue;
      using sound = one;
      FFmpegError.throwIfError(encoder.sendFrameSync(sound), 'sendFrame');
      packets.push(...receivePackets(encoder));
    }
    return packets;
  };

  const decode = (packet: Packet | null): Packet[] => {
    const packets: Packet[] = [];
    decoder.sendPacketSync(packet);
    for (; decoder.receiveFrameSync(frame) >= 0; frame.unref()) {
      frame.timeBase = stream.timeBase;
      frame.pts = frame.bestEffortTimestamp;
      const time = inSeconds(frame.pts, stream.timeBase);
      if (time - (next ?? time) > maxGapSeconds) continue;
      next = time + frame.nbSamples / frame.sampleRate;
      const isNamed = nameChannels(frame);
      filter ??= FilterAPI.create(audioFilters(stream, isNamed, encoder));
      try {
        packets.push(...encode(filter.processAllSync(frame)));
      } catch (error) {
        // The filters take no more once the stream's end is reached; what comes after it is not heard.
        if (!(error instanceof FFmpegError && error.code === AVERROR_EOF)) throw error;
      }
    }
    return packets;
  };

  return {
    stream,
    timeBase: encoder.timeBase,
    describe(parameters) {
      FFmpegError.throwIfError(encoder.parametersFromContext(parameters), 'parametersFromContext');
    },
    push(packet) {
      if (packet !== null) return decode(packet);
      const packets = [...decode(null), ...encode(filter?.flushFramesSync() ?? [])];
      FFmpegError.throwIfError(encoder.sendFrameSync(null), 'sendFrame');
      return [...packets, ...receivePackets(encoder)];
    },
    close() {
      frame.free();
      filter?.close();
      decoder.freeContext();
      encoder.freeContext();
    },
  };
}

function receivePackets(encoder: CodecContext): Packet[] {
  const packets: Packet[] = [];
  for (;;) {
    const packet = new Packet();
    packet.alloc();
    if (encoder.receivePacketSync(packet) < 0) {
      packet.free();
      return packets;
    }
    packets.push(packet);
  }
}

/** Assigns an order to channels without a layout, as a recorder's. @returns whether they had none. */
function nameChannels(frame: Frame): boolean {
  const { order, nbChannels } = frame.channelLayout;
  if (order === AV_CHANNEL_ORDER_NATIVE) return true;
  frame.channelLayout =
    nbChannels === 1
      ? AV_CHANNEL_LAYOUT_MONO
      : { order: AV_CHANNEL_ORDER_NATIVE, nbChannels, mask: (1n << BigInt(nbChannels)) - 1n };
  return nbChannels < 3;
}

function audioFilters(
  { startTime, duration, timeBase }: Stream,
  isNamed: boolean,
  { sampleRate, channelLayout }: CodecContext,
): string {
  const isEndKnown = duration > 0n && startTime !== AV_NOPTS_VALUE;
  return [
    ...(isEndKnown ? [`atrim=end=${inSeconds(startTime + duration, timeBase).toFixed(6)}`] : []),
    ...(isNamed ? [] : ['pan=stereo|c0=c0|c1=c1']),
    'aresample=async=1',
    `aformat=sample_fmts=fltp:sample_rates=${sampleRate}:channel_layouts=${channelLayout.mask}`,
    `asetnsamples=n=${samplesPerFrame}:p=0`,
  ].join(',');
}

function inSeconds(time: bigint, { num, den }: Rational): number {
  return (Number(time) * num) / den;
}

function openDecoder({ codecpar, timeBase }: Stream): CodecContext {
  const codec = Codec.findDecoder(codecpar.codecId);
  const context = new CodecContext();
  context.allocContext3(codec);
  FFmpegError.throwIfError(context.parametersToContext(codecpar), 'parametersToContext');
  context.pktTimebase = timeBase;
  FFmpegError.throwIfError(context.open2Sync(codec, null), 'open2');
  return context;
}

/** AAC of the source's rate and channels where players play them: mono, stereo, 5.1. */
function openEncoder({ sampleRate, channels, channelLayout }: CodecParameters): CodecContext {
  const codec = Codec.findEncoderByName(FF_ENCODER_AAC);
  const context = new CodecContext();
  context.allocContext3(codec);
  const rate = sampleRates.has(sampleRate) ? sampleRate : defaultRate;
  const layout =
    channels === 1
      ? AV_CHANNEL_LAYOUT_MONO
      : channels === 6 && channelLayout.order === AV_CHANNEL_ORDER_NATIVE
        ? AV_CHANNEL_LAYOUT_5POINT1_BACK
        : AV_CHANNEL_LAYOUT_STEREO;
  context.sampleRate = rate;
  context.sampleFormat = AV_SAMPLE_FMT_FLTP;
  context.channelLayout = layout;
  context.timeBase = new Rational(1, rate);
  context.bitRate = bitsPerChannel * BigInt(layout.nbChannels);
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  FFmpegError.throwIfError(context.open2Sync(codec, null), 'open2');
  return context;
}
