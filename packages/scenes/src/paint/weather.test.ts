import {
  createGrid,
  createNoise,
  createRandom,
  mix,
  mixRgb,
  parseHex,
  sampleNoise,
  smoothstep,
} from '@restage/pixels';
import { expect, test } from 'vitest';
import { parsePrompt } from '../parse-prompt.ts';
import { createSky } from '../sky.ts';
import { paintWeather } from './weather.ts';

const [width, height] = [50, 72];
const plain = createNoise(createRandom(5));
const steepen = (gradient: number) => gradient * 4;
/** Noise with higher crests, so that there are streaks nearly everywhere. */
const noise = { ...plain, across: plain.across.map(steepen), down: plain.down.map(steepen) };

/** The strength of the rain. */
function sampleRain(x: number, y: number): number {
  const far = sampleNoise(noise, x * 210, y * 6.5 + sampleNoise(noise, x * 90, 1) * 4);
  const near = sampleNoise(noise, x * 70, y * 2.2 + sampleNoise(noise, x * 40, 6) * 5);
  return (smoothstep(0.5, 0.85, far) * 0.6 + smoothstep(0.62, 0.9, near)) * 0.2;
}

test.each([
  { prompt: 'rain', samplesPerPixel: 2 },
  { prompt: 'space, rain', samplesPerPixel: 3 },
])(
  '“$prompt” adds to each pixel the light of the streaks between the samples around it, which lean',
  ({ prompt, samplesPerPixel }) => {
    const [random, parsed] = [createRandom(1), parsePrompt(prompt)];
    const sky = createSky(parsed, 'day', width / height, random);
    const canvas = createGrid(width, height, 3);
    canvas.data.fill(0.25);
    paintWeather({ canvas, aspect: width / height, random, noise, sky, parsed });
    const colour = mixRgb(sky.horizon, parseHex('#cfd8e2'), 0.5);
    let wet = 0;
    for (let row = 0; row < height; row++) {
      const y = (row + 0.5) / height;
      const line = Math.ceil(y * 36) - 1;
      for (let column = 0; column < width; column++) {
        const place = (column + 0.5 + y * 0.13 * height) * samplesPerPixel;
        const sample = (step: number) => {
          const x = step / (height * samplesPerPixel);
          return mix(sampleRain(x, line / 36), sampleRain(x, (line + 1) / 36), y * 36 - line);
        };
        const left = Math.floor(place);
        const strength = mix(sample(left), sample(left + 1), place - left);
        if (strength > 0) wet += 1;
        for (const [channel, light] of colour.entries()) {
          const painted = canvas.data[(row * width + column) * 3 + channel];
          expect(painted, `${column}, ${row}`).toBeCloseTo(0.25 + light * strength, 5);
        }
      }
    }
    expect(wet / (width * height)).toBeGreaterThan(0.5);
  },
);
