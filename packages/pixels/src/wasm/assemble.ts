/**
 * A small assembler for WebAssembly. Kernels are written as typed expressions and become a module's bytes when the
 * program starts, so that the code that runs can be read here. Opcodes from WebAssembly 2.0, 5.4.
 */

const wire = { i32: 0x7f, f32: 0x7d, f64: 0x7c, f32x4: 0x7b, i32x4: 0x7b, f64x2: 0x7b, i8x16: 0x7b } as const;

/** WebAssembly has one vector type; separate types here prevent mix-ups. */
export type Type = keyof typeof wire;
type Code = readonly number[];

/** Code that leaves one value on the stack. */
export interface Value<T extends Type = Type> {
  readonly type: T;
  readonly code: Code;
}

/** Code that leaves nothing. */
export interface Statement {
  readonly code: Code;
}

/** A local of a function. */
export interface Variable<T extends Type> extends Value<T> {
  set(value: Value<T>): Statement;
}

type I32 = Value<'i32'>;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    if (rest >= -64 && rest < 64) return [...bytes, rest & 127];
    bytes.push((rest & 127) | 128);
  }
}

const toBytes = (array: Float32Array | Float64Array): Code => [...new Uint8Array(array.buffer)];
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** No alignment is assumed for addresses. */
const memory = (offset: number): Code => [0, ...unsigned(offset)];

const unary =
  <A extends Type, R extends Type>(opcode: Code, type: R) =>
  (a: Value<A>): Value<R> => ({ type, code: [...a.code, ...opcode] });
const binary =
  <A extends Type, R extends Type>(opcode: Code, type: R) =>
  (a: Value<A>, b: Value<A>): Value<R> => ({ type, code: [...a.code, ...b.code, ...opcode] });
const load =
  <R extends Type>(opcode: Code, type: R) =>
  (address: I32, offset = 0): Value<R> => ({ type, code: [...address.code, ...opcode, ...memory(offset)] });
const store =
  <A extends Type>(opcode: Code) =>
  (address: I32, value: Value<A>, offset = 0): Statement => ({
    code: [...address.code, ...value.code, ...opcode, ...memory(offset)],
  });

export const i32 = {
  const: (value: number): I32 => ({ type: 'i32', code: [0x41, ...signed(value)] }),
  load: load([0x28], 'i32'),
  load8: load([0x2d], 'i32'),
  load16: load([0x2f], 'i32'),
  store8: store<'i32'>([0x3a]),
  add: binary<'i32', 'i32'>([0x6a], 'i32'),
  sub: binary<'i32', 'i32'>([0x6b], 'i32'),
  mul: binary<'i32', 'i32'>([0x6c], 'i32'),
  and: binary<'i32', 'i32'>([0x71], 'i32'),
  or: binary<'i32', 'i32'>([0x72], 'i32'),
  shiftLeft: binary<'i32', 'i32'>([0x74], 'i32'),
  shiftRight: binary<'i32', 'i32'>([0x76], 'i32'),
  eq: binary<'i32', 'i32'>([0x46], 'i32'),
  less: binary<'i32', 'i32'>([0x48], 'i32'),
  select: (condition: I32, a: I32, b: I32): I32 => ({
    type: 'i32',
    code: [...a.code, ...b.code, ...condition.code, 0x1b],
  }),
};

export const f32 = {
  const: (value: number): Value<'f32'> => ({ type: 'f32', code: [0x43, ...toBytes(Float32Array.of(value))] }),
  load: load([0x2a], 'f32'),
  store: store<'f32'>([0x38]),
  greater: binary<'f32', 'i32'>([0x5e], 'i32'),
  add: binary<'f32', 'f32'>([0x92], 'f32'),
  sub: binary<'f32', 'f32'>([0x93], 'f32'),
  mul: binary<'f32', 'f32'>([0x94], 'f32'),
  div: binary<'f32', 'f32'>([0x95], 'f32'),
  from: unary<'i32', 'f32'>([0xb2], 'f32'),
  /** Towards zero. */
  truncate: unary<'f32', 'i32'>([0xfc, 0], 'i32'),
};

export const f64 = {
  from: unary<'i32', 'f64'>([0xb7], 'f64'),
};

export const f32x4 = {
  const: (a: number, b: number, c: number, d: number): Value<'f32x4'> => ({
    type: 'f32x4',
    code: [...simd(12), ...toBytes(Float32Array.of(a, b, c, d))],
  }),
  load: load(simd(0), 'f32x4'),
  /** Four copies of the float at an address. */
  loadSplat: load(simd(9), 'f32x4'),
  store: store<'f32x4'>(simd(11)),
  splat: unary<'f32', 'f32x4'>(simd(19), 'f32x4'),
  lane: (a: Value<'f32x4'>, lane: number): Value<'f32'> => ({
    type: 'f32',
    code: [...a.code, ...simd(31), lane],
  }),
  withLane: (a: Value<'f32x4'>, lane: number, value: Value<'f32'>): Value<'f32x4'> => ({
    type: 'f32x4',
    code: [...a.code, ...value.code, ...simd(32), lane],
  }),
  greater: binary<'f32x4', 'i32x4'>(simd(68), 'i32x4'),
  sqrt: unary<'f32x4', 'f32x4'>(simd(227), 'f32x4'),
  add: binary<'f32x4', 'f32x4'>(simd(228), 'f32x4'),
  sub: binary<'f32x4', 'f32x4'>(simd(229), 'f32x4'),
  mul: binary<'f32x4', 'f32x4'>(simd(230), 'f32x4'),
  div: binary<'f32x4', 'f32x4'>(simd(231), 'f32x4'),
  min: binary<'f32x4', 'f32x4'>(simd(232), 'f32x4'),
  max: binary<'f32x4', 'f32x4'>(simd(233), 'f32x4'),
  /** Lanes of `a` where the mask's bits are set, of `b` elsewhere. */
  select: (mask: Value<'i32x4'>, a: Value<'f32x4'>, b: Value<'f32x4'>): Value<'f32x4'> => ({
    type: 'f32x4',
    code: [...a.code, ...b.code, ...mask.code, ...simd(82)],
  }),
};

export const i32x4 = {
  /** Whether any bit is set. */
  any: unary<'i32x4', 'i32'>(simd(83), 'i32'),
  /** The bits of four floats. */
  bits: unary<'f32x4', 'i32x4'>([], 'i32x4'),
  truncate: unary<'f32x4', 'i32x4'>(simd(248), 'i32x4'),
  /** Four numbers as bytes in the lowest lanes, clamped to 0…255. */
  narrow: (a: Variable<'i32x4'>): Value<'i8x16'> => {
    const words = [...a.code, ...a.code, ...simd(133)];
    return { type: 'i8x16', code: [...words, ...words, ...simd(102)] };
  },
  lane: (a: Value<'i32x4'>, lane: number): I32 => ({ type: 'i32', code: [...a.code, ...simd(27), lane] }),
};

export const i8x16 = {
  /** Stores the four lowest lanes. */
  store4: (address: I32, value: Value<'i8x16'>): Statement => ({
    code: [...address.code, ...value.code, ...simd(90), ...memory(0), 0],
  }),
};

export const f64x2 = {
  load: load(simd(0), 'f64x2'),
  /** Two copies of the double at an address. */
  both: load(simd(10), 'f64x2'),
  store: store<'f64x2'>(simd(11)),
  splat: unary<'f64', 'f64x2'>(simd(20), 'f64x2'),
  add: binary<'f64x2', 'f64x2'>(simd(240), 'f64x2'),
  sub: binary<'f64x2', 'f64x2'>(simd(241), 'f64x2'),
  mul: binary<'f64x2', 'f64x2'>(simd(242), 'f64x2'),
  /** Two floats as doubles. */
  loadFloats: (address: I32, offset = 0): Value<'f64x2'> => ({
    type: 'f64x2',
    code: [...address.code, ...simd(93), ...memory(offset), ...simd(95)],
  }),
  /** Two doubles, rounded to floats. */
  storeFloats: (address: I32, value: Value<'f64x2'>, offset = 0): Statement => ({
    code: [...address.code, ...value.code, ...simd(94), ...simd(91), ...memory(offset), 0],
  }),
};

export const when = (
  condition: I32,
  then: readonly Statement[],
  otherwise?: readonly Statement[],
): Statement => ({
  code: [
    ...condition.code,
    0x04,
    0x40,
    ...then.flatMap(({ code }) => code),
    ...(otherwise === undefined ? [] : [0x05, ...otherwise.flatMap(({ code }) => code)]),
    0x0b,
  ],
});

/** Counts `variable` from `from` up to, not including, `end`. */
export const loop = (
  variable: Variable<'i32'>,
  from: I32,
  end: I32,
  step: number,
  body: readonly Statement[],
): Statement => ({
  code: [
    ...variable.set(from).code,
    ...[0x02, 0x40, 0x03, 0x40],
    ...[...i32.less(variable, end).code, 0x45, 0x0d, 1],
    ...body.flatMap(({ code }) => code),
    ...variable.set(i32.add(variable, i32.const(step))).code,
    ...[0x0c, 0, 0x0b, 0x0b],
  ],
});

/** A function under construction. */
export interface Scope<P extends string> {
  /** Its arguments, all i32. */
  readonly arguments: Readonly<Record<P, Variable<'i32'>>>;
  /** Declares new locals of a type. */
  locals<T extends Type, N extends number>(type: T, count: N): Tuple<Variable<T>, N>;
}

type Tuple<T, N extends number, R extends readonly T[] = []> = R['length'] extends N
  ? R
  : Tuple<T, N, readonly [...R, T]>;

export interface Kernel<P extends string = string> {
  readonly parameters: readonly P[];
  readonly locals: readonly Type[];
  readonly code: Code;
}

/** Builds a function of named i32 arguments that returns nothing: kernels write to memory. */
export function kernel<const P extends string>(
  parameters: readonly P[],
  build: (scope: Scope<P>) => readonly Statement[],
): Kernel<P> {
  const locals: Type[] = [];
  const variable = <T extends Type>(type: T, index: number): Variable<T> => ({
    type,
    code: [0x20, ...unsigned(index)],
    set: (value) => ({ code: [...value.code, 0x21, ...unsigned(index)] }),
  });
  const named = Object.fromEntries(parameters.map((name, index) => [name, variable('i32', index)]));
  const body = build({
    arguments: named as Record<P, Variable<'i32'>>,
    locals: <T extends Type, N extends number>(type: T, count: N) =>
      Array.from({ length: count }, () =>
        variable(type, parameters.length + locals.push(type) - 1),
      ) as unknown as Tuple<Variable<T>, N>,
  });
  return { parameters, locals, code: body.flatMap(({ code }) => code) };
}

/** The bytes of a module that imports `env.memory` and exports kernels by their names. */
export function assemble(kernels: Readonly<Record<string, Kernel>>): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(kernels);
  const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
  const sized = (code: Code): Code => [...unsigned(code.length), ...code];
  const name = (text: string): Code => sized([...new TextEncoder().encode(text)]);
  const section = (id: number, items: readonly Code[]): Code => [id, ...sized(list(items))];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      entries.map(([, { parameters }]) => [0x60, ...list(parameters.map(() => [wire.i32])), 0]),
    ),
    ...section(2, [[...name('env'), ...name('memory'), 0x02, 0, 1]]),
    ...section(
      3,
      entries.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      entries.map(([text], index) => [...name(text), 0, ...unsigned(index)]),
    ),
    ...section(
      10,
      entries.map(([, { locals, code }]) =>
        sized([...list(locals.map((type) => [1, wire[type]])), ...code, 0x0b]),
      ),
    ),
  ]);
}
