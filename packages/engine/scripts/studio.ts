import {
  clamp,
  createNoise,
  createRandom,
  fractal,
  luminance,
  mixRgb,
  parseHex,
  type Rgb,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import {
  add,
  distance,
  dot,
  normalAt,
  openness,
  type Pose,
  scale,
  surfaceAt,
  unit,
  type Vector,
  visibility,
} from './robot.ts';

const noise = createNoise(createRandom(2));
const camera: Vector = [0.35, 1.42, -5.6];
const forward = unit([-0.05, -0.034, 1]);
/** Half the picture's height at distance one. */
const spread = 0.19;
const right = unit([forward[2], 0, -forward[0]]);
const up: Vector = [
  forward[1] * right[2] - forward[2] * right[1],
  forward[2] * right[0] - forward[0] * right[2],
  forward[0] * right[1] - forward[1] * right[0],
];
const key = unit([-0.75, 1.05, -0.8]);
const rim = unit([0.9, 0.6, 0.75]);
const keyColour = scaleRgb(parseHex('#fff0dc'), 1.25);
const fillColour = scaleRgb(parseHex('#aebfd4'), 0.42);
const wallDepth = 3.4;

export interface Seen {
  readonly colour: Rgb;
  /** 1 where the robot is seen, 0 elsewhere. */
  readonly subject: number;
}

/** What the camera sees at a place of its picture: x −1…1 across the height's scale, y up. */
export function look(x: number, y: number, pose: Pose): Seen {
  const ray = unit(add(forward, add(scale(right, x * spread), scale(up, y * spread))));
  const hit = march(camera, ray, pose);
  if (hit !== undefined) return { colour: shadeRobot(hit, ray, pose), subject: 1 };
  return { colour: surroundings(camera, ray, pose), subject: 0 };
}

function march(from: Vector, ray: Vector, pose: Pose): Vector | undefined {
  const toCentre = add([0, 1.05, 0], scale(from, -1));
  const along = dot(toCentre, ray);
  const away = dot(toCentre, toCentre) - along * along;
  if (away > 1.5) return undefined;
  const half = Math.sqrt(1.5 - away);
  for (let t = Math.max(0.01, along - half), n = 0; n < 110 && t < along + half; n++) {
    const point = add(from, scale(ray, t));
    const d = distance(point, pose);
    if (d < 0.0012) return point;
    t += d * 0.86;
  }
  return undefined;
}

function shadeRobot(point: Vector, ray: Vector, pose: Pose): Rgb {
  const normal = normalAt(point, pose);
  const surface = surfaceAt(point, pose);
  const start = add(point, scale(normal, 0.01));
  const lit = clamp(dot(normal, key), 0, 1);
  const direct = lit > 0 ? lit * visibility(start, key, pose) : 0;
  const open = openness(point, normal, pose);
  const back = clamp(dot(normal, rim), 0, 1) * 0.35;
  const bounce = clamp(-normal[1], 0, 1) * 0.18;
  const fresnel = 0.04 + 0.5 * (1 - clamp(-dot(ray, normal), 0, 1)) ** 4;
  const mirrored = add(ray, scale(normal, -2 * dot(ray, normal)));
  const highlight =
    clamp(dot(mirrored, key), 0, 1) ** (20 + surface.gloss * 160) * surface.gloss * (direct > 0 ? 1.6 : 0);
  const window =
    smoothstep(0.55, 0.75, mirrored[1]) * smoothstep(0.9, 0.4, Math.abs(mirrored[0] + 0.4)) * 0.8;
  const sky = scaleRgb(parseHex('#c8d2dc'), surface.gloss * fresnel * (0.35 + window));
  const channel = (c: 0 | 1 | 2) =>
    surface.albedo[c] *
      (keyColour[c] * direct * 1.05 +
        fillColour[c] * open * (0.65 + 0.35 * normal[1]) +
        back +
        bounce * 0.5 * open) +
    keyColour[c] * highlight +
    sky[c] * open +
    surface.albedo[c] * surface.glow;
  return [channel(0), channel(1), channel(2)];
}

/** A wooden table before a painted wall, the robot's shadow on both. */
function surroundings(from: Vector, ray: Vector, pose: Pose): Rgb {
  const toTable = ray[1] < 0 ? -from[1] / ray[1] : Number.POSITIVE_INFINITY;
  const toWall = ray[2] > 0 ? (wallDepth - from[2]) / ray[2] : Number.POSITIVE_INFINITY;
  if (toTable < toWall) return shadeTable(add(from, scale(ray, toTable)), ray, pose);
  const point = add(from, scale(ray, toWall));
  const plaster = 1 + fractal(noise, point[0] * 3, point[1] * 3, 5) * 0.07;
  const shade = visibility(add(point, [0, 0, -0.02]), key, pose);
  const pool = Math.exp(-((point[0] + 1.2) ** 2) * 0.12 - (point[1] - 2.1) ** 2 * 0.16);
  const panes = windowLight(point[0] - point[1] * 0.35, point[1] + point[0] * 0.12);
  const corner = smoothstep(0, 0.8, point[1]) * 0.35 + 0.65;
  const paint = mixRgb(parseHex('#5f7f7c'), parseHex('#7d9c96'), pool);
  const light = (0.24 + 0.42 * pool + 0.42 * panes) * shade + 0.18;
  const warm = mixRgb([0.94, 1, 1.06], [1.12, 1, 0.84], panes * 0.8);
  return [
    paint[0] * light * plaster * corner * warm[0],
    paint[1] * light * plaster * corner * warm[1],
    paint[2] * light * plaster * corner * warm[2],
  ];
}

/** Sun through a window's panes, blurred by distance. */
function windowLight(x: number, y: number): number {
  const inside =
    smoothstep(-3.3, -3.05, x) *
    smoothstep(-0.55, -0.8, x) *
    smoothstep(0.55, 0.8, y) *
    smoothstep(3.9, 3.6, y);
  const bars = smoothstep(0.03, 0.12, Math.abs(x + 1.93)) * smoothstep(0.03, 0.12, Math.abs(y - 2.2));
  return inside * bars;
}

function shadeTable(point: Vector, ray: Vector, pose: Pose): Rgb {
  const board = Math.floor(point[0] * 1.1 + 40);
  const grain = fractal(noise, point[0] * 26 + board * 7.3, point[2] * 1.7 + board * 3.1, 4);
  const rings = Math.sin(
    (point[0] * 3 + fractal(noise, point[0] * 1.2 + board * 5, point[2] * 0.5, 3) * 2.4) * 9,
  );
  const seam = smoothstep(0.0, 0.02, Math.abs(((point[0] * 1.1 + 40) % 1) - 0.5) * -1 + 0.5);
  const wood = scaleRgb(
    mixRgb(parseHex('#7a4a2a'), parseHex('#b57d4c'), clamp(0.5 + grain * 0.5 + rings * 0.16, 0, 1)),
    0.35 + 0.65 * seam,
  );
  const above: Vector = [point[0], 0.004, point[2]];
  const shade = visibility(above, key, pose);
  const contact = openness(above, [0, 1, 0], pose);
  const mirrored: Vector = [ray[0], -ray[1], ray[2]];
  const hit = Math.hypot(point[0], point[2]) < 1.6 ? march(above, mirrored, pose) : undefined;
  const sheen = hit === undefined ? parseHex('#7f938f') : shadeRobot(hit, mirrored, pose);
  const fresnel = 0.05 + 0.3 * (1 - clamp(-ray[1], 0, 1)) ** 5;
  const pool = 0.55 + 0.6 * Math.exp(-((point[0] + 0.6) ** 2) * 0.1 - point[2] ** 2 * 0.06);
  const channel = (c: 0 | 1 | 2) =>
    wood[c] * (keyColour[c] * 0.62 * shade * pool + fillColour[c] * 0.9 * contact) +
    sheen[c] * fresnel * (0.5 + 0.5 * contact);
  return [channel(0), channel(1), channel(2)];
}

/** A film-like curve to display white. */
export function develop(colour: Rgb): Rgb {
  const level = luminance(colour);
  const gain = level > 0.6 ? (0.6 + 0.4 * (1 - Math.exp(-(level - 0.6) / 0.4))) / level : 1;
  return [clamp(colour[0] * gain, 0, 1), clamp(colour[1] * gain, 0, 1), clamp(colour[2] * gain, 0, 1)];
}
