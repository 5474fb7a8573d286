import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { createPlanes } from '@restage/pixels';
import {
  AV_CHANNEL_LAYOUT_5POINT1_BACK,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CHANNEL_ORDER_UNSPEC,
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_ALAC,
  AV_SAMPLE_FMT_S16P,
  AVCOL_SPC_BT709,
  FF_ENCODER_ALAC,
  FF_ENCODER_FLAC,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_PCM_S16BE,
  FF_ENCODER_PCM_S16LE,
} from 'node-av/constants';
import { type ChannelLayout, Codec, CodecContext, Frame, Packet } from 'node-av/lib';
import { describe, expect, test } from 'vitest';
import { closeVideo, openVideo } from '../../src/video/decode/open.ts';
import { renderVideo } from '../../src/video/render.ts';
import { createFolder } from '../support/files.ts';
import { type Sound, writeParts } from '../support/video-parts.ts';

const seconds = 0.8;
/** When the click sounds, and how long. */
const [clickAt, clickLength] = [0.5, 0.01];

/** Silence with a click, the same on all channels. */
function click(rate: number, channels = 1): Int16Array {
  return Int16Array.from({ length: seconds * rate * channels }, (_, n) => {
    const time = Math.floor(n / channels) / rate - clickAt;
    return time >= 0 && time < clickLength ? 20_000 * Math.sin(time * 2 * Math.PI * 1500) : 0;
  });
}

function makeVideo(name: string, sound: Sound): Promise<string> {
  const [width, height] = [64, 48];
  const planes = createPlanes(width, height);
  planes.data.fill(128);
  const frames = Array.from({ length: seconds * 25 }, () => planes.data);
  return writeParts(join(createFolder(), name), [{ width, height, space: AVCOL_SPC_BT709, frames }], {
    sound,
  });
}

async function render(source: string) {
  const result = await renderVideo(
    {
      ...{ generationType: 'video', alphaMode: 'fill', prompt: 'dusk', seed: 1, maxResolution: 720 },
      ...{ source, outputDirectory: createFolder() },
    },
    () => {},
  );
  if (isFailure(result)) throw new Error(result.message);
  return result;
}

interface Heard {
  readonly codecId: number;
  readonly rate: number;
  readonly channels: number;
  /** Seconds. */
  readonly duration: number;
  /** When the first channel is loud for the first time, in seconds; undefined if never. */
  readonly click: number | undefined;
  readonly packets: readonly string[];
}

/** Decodes the sound of a video; undefined where it has none. */
async function listen(path: string): Promise<Heard | undefined> {
  const input = await openVideo(path, 'file', true);
  if (isFailure(input)) throw new Error(input.message);
  const { audio, audioContext } = input;
  if (audio === undefined || audioContext === undefined) {
    await closeVideo(input);
    return undefined;
  }
  const codec = Codec.findDecoder(audio.codecpar.codecId);
  using decoder = new CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(audio.codecpar);
  decoder.pktTimebase = audio.timeBase;
  decoder.open2Sync(codec, null);
  using packet = new Packet();
  using frame = new Frame();
  packet.alloc();
  frame.alloc();
  const packets: string[] = [];
  const { num, den } = audio.timeBase;
  let clicked: number | undefined;
  while (audioContext.readFrameSync(packet) >= 0) {
    if (packet.streamIndex === audio.index) {
      packets.push(packet.data?.toString('base64') ?? '');
      decoder.sendPacketSync(packet);
      while (decoder.receiveFrameSync(frame) >= 0) {
        const loud = findLoud(frame);
        if (loud >= 0) clicked ??= (Number(frame.bestEffortTimestamp) * num) / den + loud / frame.sampleRate;
        frame.unref();
      }
    }
    packet.unref();
  }
  const { codecId, sampleRate: rate, channels } = audio.codecpar;
  const duration = (Number(audio.duration) * num) / den;
  await closeVideo(input);
  return { codecId, rate, channels, duration, click: clicked, packets };
}

/** The first loud sample of the first plane: floats, or 16 bits of what is lossless here. */
function findLoud(frame: Frame): number {
  const bytes = Buffer.from(frame.data?.[0] ?? []);
  const isFloat = bytes.length >= frame.nbSamples * 4;
  for (let n = 0; n < frame.nbSamples; n++) {
    const level = isFloat ? bytes.readFloatLE(n * 4) : bytes.readInt16LE(n * 2) / 32_768;
    if (Math.abs(level) > 0.2) return n;
  }
  return -1;
}

/** How many channels, which say nothing of where they belong. */
const unnamed = (nbChannels: number): ChannelLayout => ({
  order: AV_CHANNEL_ORDER_UNSPEC,
  nbChannels,
  mask: 0n,
});

describe('sound that MP4 does not carry is kept as AAC, in time', () => {
  test.each<[string, string, Omit<Sound, 'samples'>, { rate: number; channels: number }]>([
    ['PCM', 'a.mov', { encoder: FF_ENCODER_PCM_S16LE }, { rate: 48_000, channels: 1 }],
    ['PCM, big-endian', 'a.mov', { encoder: FF_ENCODER_PCM_S16BE }, { rate: 48_000, channels: 1 }],
    [
      'PCM of 44.1 kHz',
      'a.mov',
      { encoder: FF_ENCODER_PCM_S16LE, rate: 44_100 },
      { rate: 44_100, channels: 1 },
    ],
    [
      'PCM of 192 kHz',
      'a.mov',
      { encoder: FF_ENCODER_PCM_S16LE, rate: 192_000 },
      { rate: 48_000, channels: 1 },
    ],
    [
      'PCM of 5.1 channels',
      'a.mov',
      { encoder: FF_ENCODER_PCM_S16LE, layout: AV_CHANNEL_LAYOUT_5POINT1_BACK },
      { rate: 48_000, channels: 6 },
    ],
    [
      'PCM of nine channels without names',
      'a.mov',
      { encoder: FF_ENCODER_PCM_S16LE, layout: unnamed(9) },
      { rate: 48_000, channels: 2 },
    ],
    [
      'FLAC',
      'a.mp4',
      { encoder: FF_ENCODER_FLAC, layout: AV_CHANNEL_LAYOUT_STEREO },
      { rate: 48_000, channels: 2 },
    ],
    ['Opus', 'a.mp4', { encoder: FF_ENCODER_LIBOPUS }, { rate: 48_000, channels: 1 }],
  ])('%s', async (_name, file, sound, expected) => {
    const samples = click(sound.rate ?? 48_000, sound.layout?.nbChannels);
    const result = await render(await makeVideo(file, { ...sound, samples }));
    const heard = await listen(result.render);
    expect(heard).toMatchObject({ codecId: AV_CODEC_ID_AAC, ...expected });
    expect(heard?.click).toBeGreaterThan(clickAt - 0.002);
    expect(heard?.click).toBeLessThan(clickAt + 0.002);
    expect(Math.abs((heard?.duration ?? 0) - seconds)).toBeLessThan(0.002);
    expect(await listen(result.source)).toBeUndefined();
  });

  test('where it begins later than the video', async () => {
    const delay = 0.2;
    const sound = { encoder: FF_ENCODER_PCM_S16LE, samples: click(48_000), delay: delay * 48_000 };
    const heard = await listen((await render(await makeVideo('a.mov', sound))).render);
    expect(heard?.click).toBeGreaterThan(clickAt + delay - 0.002);
    expect(heard?.click).toBeLessThan(clickAt + delay + 0.002);
  });
});

test('sound that MP4 carries is copied', async () => {
  const source = await makeVideo('a.mp4', {
    encoder: FF_ENCODER_ALAC,
    format: AV_SAMPLE_FMT_S16P,
    samples: click(48_000),
  });
  const [original, made] = [await listen(source), await listen((await render(source)).render)];
  expect(made?.codecId).toBe(AV_CODEC_ID_ALAC);
  expect(made?.packets).toEqual(original?.packets);
});

describe('sound that can’t be decoded is left out, and the video rendered', () => {
  test.each<[string, (file: Buffer) => void]>([
    ['of an unknown kind', (file) => file.write('nope', file.indexOf('fLaC'))],
    [
      'damaged throughout',
      (file) => {
        for (
          let at = file.indexOf(Buffer.from([0xff, 0xf8]));
          at >= 0;
          at = file.indexOf(Buffer.from([0xff, 0xf8]), at)
        )
          file[at] = 0;
      },
    ],
  ])('%s', async (_name, damage) => {
    const source = await makeVideo('a.mp4', { encoder: FF_ENCODER_FLAC, samples: click(48_000) });
    const file = readFileSync(source);
    damage(file);
    writeFileSync(source, file);
    const result = await render(source);
    expect(result.frames).toBe(seconds * 25);
    expect(await listen(result.render)).toBeUndefined();
    expect(result.notes).toContain("the source's audio could not be decoded: left out");
  });
});
