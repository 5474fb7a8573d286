import {
  clamp,
  createNoise,
  createRandom,
  fractal,
  mixRgb,
  parseHex,
  type Rgb,
  randomBetween,
  ridged,
  sampleNoise,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';

/** Linear light at a place, x and y in pixels of 1280×720. */
export type Background = (x: number, y: number) => Rgb;

/** Lights out of focus in a dim room. */
function lights(): Background {
  const random = createRandom(21);
  const discs = Array.from({ length: 46 }, () => ({
    x: randomBetween(random, 0, 1280),
    y: randomBetween(random, 0, 520),
    radius: randomBetween(random, 18, 62),
    colour: scaleRgb(
      parseHex(['#ffb45e', '#ff7a4a', '#7fb4ff', '#ffe1a8'][Math.floor(random() * 4)] ?? '#ffffff'),
      randomBetween(random, 0.08, 0.4),
    ),
  }));
  return (x, y) => {
    const base = mixRgb(parseHex('#1d2433'), parseHex('#3a2c2a'), y / 720);
    return discs.reduce<Rgb>((sum, { x: cx, y: cy, radius, colour }) => {
      const inside = smoothstep(radius, radius - 5, Math.hypot(x - cx, y - cy));
      return inside === 0
        ? sum
        : [sum[0] + colour[0] * inside, sum[1] + colour[1] * inside, sum[2] + colour[2] * inside];
    }, base);
  };
}

/** A wall of bricks, each of its own tone. */
function bricks(): Background {
  const noise = createNoise(createRandom(22));
  return (x, y) => {
    const row = Math.floor(y / 44);
    const along = x + (row % 2) * 55;
    const column = Math.floor(along / 110);
    const joint = along % 110 < 7 || y % 44 < 6;
    const tone = 0.75 + 0.35 * sampleNoise(noise, column * 3.7 + 0.4, row * 5.3 + 0.6);
    const grain = 1 + fractal(noise, x / 14, y / 14, 3) * 0.25;
    return scaleRgb(joint ? parseHex('#b8b0a4') : scaleRgb(parseHex('#8d5a48'), tone), grain);
  };
}

/** Sky over grass. */
function meadow(): Background {
  const noise = createNoise(createRandom(23));
  return (x, y) => {
    if (y < 380 + fractal(noise, x / 160, 3, 3) * 26)
      return mixRgb(
        parseHex('#6f9fd6'),
        parseHex('#dbe6ee'),
        clamp(y / 400 + fractal(noise, x / 260, y / 120, 4) * 0.35, 0, 1),
      );
    const blade = ridged(noise, x / 9, y / 34, 3);
    return scaleRgb(mixRgb(parseHex('#3c5a22'), parseHex('#8ea24a'), blade), 0.7 + ((y - 380) / 340) * 0.4);
  };
}

/** Cloudy teal and violet, like painted canvas. */
function canvas(): Background {
  const noise = createNoise(createRandom(24));
  return (x, y) => {
    const cloud = clamp(0.5 + fractal(noise, x / 230, y / 190, 5) * 0.9, 0, 1);
    return scaleRgb(
      mixRgb(parseHex('#255b62'), parseHex('#6a4f86'), cloud),
      0.9 + sampleNoise(noise, x / 5, y / 5) * 0.1,
    );
  };
}

/** A striped blanket in folds. */
function blanket(): Background {
  const noise = createNoise(createRandom(25));
  return (x, y) => {
    const folded = y + fractal(noise, x / 200, y / 300, 3) * 60;
    const stripe = parseHex(
      ['#35507a', '#dfe0da', '#7a2f3a', '#dfe0da'][((Math.floor(folded / 40) % 4) + 4) % 4] ?? '#ffffff',
    );
    return scaleRgb(stripe, 0.75 + fractal(noise, x / 120, y / 120, 4) * 0.5);
  };
}

/** A street of house fronts, doors and windows. */
function street(): Background {
  const noise = createNoise(createRandom(26));
  const fronts = ['#c9b48a', '#8fa3a0', '#b7766a', '#d8d2c2', '#7d8794'];
  return (x, y) => {
    if (y > 590) return scaleRgb(parseHex('#77767a'), 0.8 + fractal(noise, x / 12, y / 6, 3) * 0.25);
    const house = Math.floor((x + 70) / 232);
    const within = (x + 70) % 232;
    const window = within % 77 > 22 && within % 77 < 60 && y % 150 > 40 && y % 150 < 118;
    const colour = window
      ? mixRgb(
          parseHex('#2c3640'),
          parseHex('#aebfcb'),
          clamp(sampleNoise(noise, house * 7.1 + 0.3, Math.floor(y / 150) * 3.3 + 0.2) + 0.4, 0, 1),
        )
      : parseHex(fronts[house % fronts.length] ?? '#ffffff');
    return scaleRgb(colour, 0.85 + fractal(noise, x / 60, y / 60, 4) * 0.2);
  };
}

/** A papered wall of the lamp's own colours over a shelf. */
function paper(): Background {
  const noise = createNoise(createRandom(27));
  return (x, y) => {
    if (y > 610) return scaleRgb(parseHex('#6f4f34'), 0.8 + fractal(noise, x / 90, y / 5, 4) * 0.5);
    const light = 1.15 - Math.hypot(x - 300, y - 200) / 1500;
    const print = Math.sin(x / 26) * Math.sin(y / 26) > 0.72 ? 0.86 : 1;
    return scaleRgb(parseHex('#cbb68d'), light * print);
  };
}

/** A dark bar: shelves of small things behind a counter. */
function bar(): Background {
  const noise = createNoise(createRandom(28));
  return (x, y) => {
    if (y > 640) return scaleRgb(parseHex('#4a2f20'), 0.7 + fractal(noise, x / 120, y / 4, 4) * 0.4);
    const shelf = y % 190 > 170;
    const thing = sampleNoise(noise, Math.floor(x / 34) * 1.7 + 0.3, Math.floor(y / 190) * 4.1 + 0.7);
    const stands = !shelf && y % 190 > 96 - thing * 60 && x % 34 < 27;
    const warm = 0.5 + 0.5 * smoothstep(900, 100, Math.hypot(x - 980, y - 160));
    const colour = shelf
      ? parseHex('#5a3a26')
      : stands
        ? mixRgb(parseHex('#33402f'), parseHex('#7a4a2a'), clamp(0.5 + thing, 0, 1))
        : parseHex('#241a18');
    return scaleRgb(colour, warm);
  };
}

export const backgrounds: Readonly<Record<string, Background>> = {
  sitter: lights(),
  plant: bricks(),
  bicycle: meadow(),
  ball: canvas(),
  animal: blanket(),
  walker: street(),
  lamp: paper(),
  bottle: bar(),
};
