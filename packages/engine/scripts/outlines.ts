import sharp from 'sharp';
// Importing the engine bars every loader but its three; what is drawn here is our own.
import '../src/image/read.ts';

sharp.unblock({ operation: ['VipsForeignLoadSvg'] });

/**
 * Outlines of the subjects of the real photographs, traced by hand: places in pixels of the photograph, in order, joined
 * by a smooth curve. A place outside the picture lets the subject run over its border.
 */
const outlines = {
  astronaut: {
    size: [512, 512],
    feather: 1.2,
    points: [
      ...[
        27, 560, 27, 512, 24, 470, 22, 430, 20, 400, 22, 370, 26, 345, 27, 333, 33, 322, 33, 305, 40, 295, 42,
        282,
      ],
      ...[50, 264, 62, 247, 80, 234, 100, 218, 114, 211, 115, 204, 113, 190, 118, 185, 122, 182, 127, 172],
      ...[137, 160, 152, 152, 170, 149, 182, 149, 182, 138, 180, 132, 174, 129, 170, 118, 163, 110, 157, 98],
      ...[154, 80, 156, 63, 163, 51, 176, 42, 189, 35, 194, 28, 206, 20, 222, 17, 240, 17, 257, 21, 271, 30],
      ...[286, 44, 296, 62, 302, 82, 300, 102, 291, 120, 281, 130, 275, 135, 269, 136, 265, 144, 259, 160],
      ...[255, 174, 270, 183, 287, 200, 300, 222, 306, 240, 318, 243, 330, 252, 342, 269, 348, 284, 354, 298],
      ...[358, 318, 361, 333, 364, 348, 380, 345, 400, 344, 420, 348, 440, 356, 460, 371, 478, 394, 490, 420],
      ...[497, 447, 504, 459, 509, 470, 516, 482, 530, 500, 530, 560],
    ],
  },
  chelsea: {
    size: [451, 300],
    feather: 2.2,
    points: [
      ...[
        -20, 128, 14, 121, 30, 114, 35, 106, 33, 90, 33, 60, 36, 35, 40, 12, 44, -20, 401, -20, 396, 0, 388,
        14,
      ],
      ...[
        380, 35, 370, 55, 358, 72, 355, 83, 360, 98, 363, 118, 361, 140, 356, 160, 349, 178, 338, 196, 322,
        211,
      ],
      ...[312, 225, 306, 243, 298, 256, 290, 268, 284, 285, 280, 325, -20, 325],
    ],
  },
  coffee: {
    size: [600, 400],
    feather: 0.9,
    points: [
      ...[
        182, 70, 150, 86, 120, 112, 98, 140, 84, 172, 77, 208, 80, 245, 90, 277, 107, 307, 132, 335, 165, 358,
      ],
      ...[205, 375, 250, 386, 295, 388, 340, 382, 385, 367, 420, 346, 450, 317, 468, 285, 478, 250, 480, 220],
      ...[476, 190, 464, 158, 446, 132, 428, 112, 419, 103, 424, 84, 425, 75, 419, 68, 409, 67, 402, 72],
      ...[390, 59, 370, 42, 345, 29, 315, 21, 285, 18, 255, 22, 230, 31, 210, 44, 192, 62],
    ],
  },
} as const;

/** The smooth closed curve (Catmull-Rom) through places, as an SVG path. */
function pathThrough(points: readonly number[]): string {
  const count = points.length / 2;
  const place = (n: number) => {
    const at = ((n + count) % count) * 2;
    return [points[at] ?? 0, points[at + 1] ?? 0] as const;
  };
  const towards = (n: number, side: 1 | -1) => {
    const [[x, y], [ax, ay], [bx, by]] = [place(n), place(n - 1), place(n + 1)];
    return [x + (side * (bx - ax)) / 6, y + (side * (by - ay)) / 6]
      .map((value) => value.toFixed(1))
      .join(' ');
  };
  const curves = Array.from(
    { length: count },
    (_, n) => `C${towards(n, 1)} ${towards(n + 1, -1)} ${place(n + 1).join(' ')}`,
  );
  return `M${place(0).join(' ')}${curves.join('')}Z`;
}

/** Writes the matte of a photograph as PNG: its outline filled with white and feathered. */
export async function drawOutline(name: keyof typeof outlines, path: string): Promise<string> {
  const { points, feather, size } = outlines[name];
  const [width, height] = size;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="${pathThrough(points)}" fill="#fff"/></svg>`;
  await sharp(Buffer.from(svg))
    .flatten({ background: '#000' })
    .blur(feather)
    .toColourspace('b-w')
    .png()
    .toFile(path);
  return path;
}
