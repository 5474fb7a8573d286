import { clamp, mix, parseHex, type Rgb, smoothstep } from '@restage/pixels';

export type Vector = readonly [number, number, number];

export const add = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const scale = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by];
export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const unit = (a: Vector): Vector => scale(a, 1 / Math.sqrt(dot(a, a)));

/** What a surface is made of. */
export interface Surface {
  readonly albedo: Rgb;
  readonly gloss: number;
  readonly glow: number;
}

const cream: Surface = { albedo: parseHex('#ead9b8'), gloss: 0.5, glow: 0 };
const orange: Surface = { albedo: parseHex('#d9622b'), gloss: 0.55, glow: 0 };
const steel: Surface = { albedo: parseHex('#6a7076'), gloss: 0.8, glow: 0 };
const glass: Surface = { albedo: parseHex('#14181d'), gloss: 1, glow: 0 };
const eye: Surface = { albedo: parseHex('#8fe6ff'), gloss: 0.2, glow: 0.9 };

/** How a toy robot stands: radians of its head's turn, its arms' swing, and metres of its bob. */
export interface Pose {
  readonly turn: number;
  readonly swing: number;
  readonly bob: number;
}

const sphere = (x: number, y: number, z: number, radius: number) => Math.sqrt(x * x + y * y + z * z) - radius;

function box(x: number, y: number, z: number, a: number, b: number, c: number, round: number): number {
  const dx = Math.abs(x) - a + round;
  const dy = Math.abs(y) - b + round;
  const dz = Math.abs(z) - c + round;
  const outside = Math.sqrt(Math.max(dx, 0) ** 2 + Math.max(dy, 0) ** 2 + Math.max(dz, 0) ** 2);
  return outside + Math.min(Math.max(dx, dy, dz), 0) - round;
}

function capsule(
  x: number,
  y: number,
  z: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
  radius: number,
): number {
  const ux = bx - ax;
  const uy = by - ay;
  const along = clamp(((x - ax) * ux + (y - ay) * uy) / (ux * ux + uy * uy), 0, 1);
  return sphere(x - ax - ux * along, y - ay - uy * along, z, radius);
}

const torus = (x: number, y: number, z: number, radius: number, tube: number) =>
  Math.sqrt((Math.sqrt(x * x + z * z) - radius) ** 2 + y * y) - tube;

function smoothUnion(one: number, other: number, reach: number): number {
  const h = clamp(0.5 + (0.5 * (other - one)) / reach, 0, 1);
  return mix(other, one, h) - reach * h * (1 - h);
}

/** Distances to the robot's parts, standing on y = 0, about two units tall, looking along −z. */
function parts([x, wy, z]: Vector, pose: Pose): readonly (readonly [number, Surface])[] {
  const y = wy - pose.bob;
  const cos = Math.cos(pose.turn);
  const sin = Math.sin(pose.turn);
  const hx = x * cos + z * sin;
  const hz = -x * sin + z * cos;
  const hy = y - 1.46;
  const head = box(hx, hy, hz, 0.44, 0.33, 0.36, 0.2);
  const visor = box(hx, hy + 0.01, hz + 0.25, 0.34, 0.2, 0.16, 0.13);
  const eyes = Math.min(
    sphere(hx - 0.15, hy + 0.02, hz + 0.385, 0.062),
    sphere(hx + 0.15, hy + 0.02, hz + 0.385, 0.062),
  );
  const aerial = capsule(hx, hy, hz, 0, 0.3, 0, 0.56, 0.022);
  const tip = sphere(hx, hy - 0.6, hz, 0.07);
  const ears = Math.min(sphere(hx - 0.46, hy, hz, 0.12), sphere(hx + 0.46, hy, hz, 0.12));
  const body = smoothUnion(
    sphere(x, (y - 0.72) * 0.9, z, 0.4),
    box(x, y - 0.62, z, 0.36, 0.32, 0.3, 0.2),
    0.12,
  );
  const belt = torus(x, y - 0.52, z, 0.385, 0.035);
  const collar = torus(x, y - 1.1, z, 0.2, 0.06);
  const badge = box(x, y - 0.82, z + 0.36, 0.12, 0.08, 0.06, 0.03);
  const mirrored = Math.abs(x);
  const lift = x > 0 ? pose.swing : -pose.swing;
  const arm = capsule(mirrored, y, z, 0.4, 0.9, 0.64 + lift * 0.12, 0.5 + lift * 0.3, 0.085);
  const hand = sphere(mirrored - 0.66 - lift * 0.13, y - 0.44 - lift * 0.33, z, 0.13);
  const leg = capsule(mirrored, wy, z, 0.19, 0.42, 0.2, 0.12, 0.1);
  const foot = Math.max(box(mirrored - 0.22, wy - 0.07, z + 0.06, 0.17, 0.1, 0.25, 0.09), -wy);
  return [
    [Math.max(head, -visor - 0.02), cream],
    [Math.max(visor, head - 0.03), glass],
    [eyes, eye],
    [Math.min(aerial, leg, collar), steel],
    [Math.min(tip, ears, hand, foot), orange],
    [body, cream],
    [Math.min(belt, badge), orange],
    [arm, steel],
  ];
}

export function distance(point: Vector, pose: Pose): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const [d] of parts(point, pose)) if (d < nearest) nearest = d;
  return nearest;
}

export function surfaceAt(point: Vector, pose: Pose): Surface {
  let nearest = Number.POSITIVE_INFINITY;
  let surface = cream;
  for (const [d, its] of parts(point, pose)) {
    if (d >= nearest) continue;
    nearest = d;
    surface = its;
  }
  return surface;
}

export function normalAt(point: Vector, pose: Pose): Vector {
  const e = 0.0012;
  const along = (axis: Vector) =>
    distance(add(point, scale(axis, e)), pose) - distance(add(point, scale(axis, -e)), pose);
  return unit([along([1, 0, 0]), along([0, 1, 0]), along([0, 0, 1])]);
}

/** 0…1: how much of a light of some width a point sees past the robot (Quilez's soft shadow). */
export function visibility(from: Vector, towards: Vector, pose: Pose): number {
  let seen = 1;
  for (let t = 0.03; t < 4; ) {
    const d = distance(add(from, scale(towards, t)), pose);
    seen = Math.min(seen, 0.5 + (0.5 * d) / (0.11 * t));
    if (seen < 0) return 0;
    t += clamp(d, 0.025, 0.3);
  }
  return smoothstep(0, 1, seen);
}

/** 0…1: how open the surroundings of a point are. */
export function openness(point: Vector, normal: Vector, pose: Pose): number {
  let closed = 0;
  for (let n = 1; n <= 4; n++) {
    const reach = n * 0.09;
    closed += Math.max(0, reach - distance(add(point, scale(normal, reach)), pose)) / 2 ** n;
  }
  return clamp(1 - closed * 4, 0, 1);
}
