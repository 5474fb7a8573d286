import { assemble, type Kernel } from './assemble.ts';

type Call<K> = K extends Kernel<infer P> ? (values: Readonly<Record<P, number>>) => void : never;

/** Memory that kernels work in, and the kernels. */
export interface Arena<K> {
  readonly kernels: { readonly [N in keyof K]: Call<K[N]> };
  bytes(count: number): Block<Uint8Array<ArrayBuffer>>;
  integers(count: number): Block<Int32Array<ArrayBuffer>>;
  floats(count: number): Block<Float32Array<ArrayBuffer>>;
  doubles(count: number): Block<Float64Array<ArrayBuffer>>;
  /** Frees all blocks. */
  clear(): void;
}

/** A block of an arena: its address, for kernels, and a view of it. */
export interface Block<V> {
  readonly at: number;
  readonly view: V;
}

const pageBytes = 65_536;

/**
 * Compiles kernels.
 * @returns a function from a size in bytes to an arena of at least that, empty and zeroed. Untouched memory costs
 *   nothing.
 */
export function createArenaFactory<const K extends Readonly<Record<string, Kernel>>>(
  kernels: K,
): (bytes: number) => Arena<K> {
  const module = new WebAssembly.Module(assemble(kernels));
  return (bytes) => {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) + 1 });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const calls = Object.entries(kernels).map(([name, { parameters }]) => {
      const run = exports[name] as (...values: number[]) => void;
      return [name, (values: Record<string, number>) => run(...parameters.map((p) => values[p] as number))];
    });
    let top = 0;
    const take = (size: number) => {
      // Sixteen spare bytes follow each block, since a vector may be read from its last element.
      const at = top;
      top += Math.ceil(size / 16) * 16 + 16;
      return at;
    };
    return {
      kernels: Object.fromEntries(calls) as Arena<K>['kernels'],
      bytes: (count) => {
        const at = take(count);
        return { at, view: new Uint8Array(memory.buffer, at, count) };
      },
      integers: (count) => {
        const at = take(count * 4);
        return { at, view: new Int32Array(memory.buffer, at, count) };
      },
      floats: (count) => {
        const at = take(count * 4);
        return { at, view: new Float32Array(memory.buffer, at, count) };
      },
      doubles: (count) => {
        const at = take(count * 8);
        return { at, view: new Float64Array(memory.buffer, at, count) };
      },
      clear: () => {
        top = 0;
      },
    };
  };
}

/** The same with one shared arena: each call returns it empty, but not zeroed, and grows it if needed. */
export function createSharedArenaFactory<const K extends Readonly<Record<string, Kernel>>>(
  kernels: K,
): (bytes: number) => Arena<K> {
  const create = createArenaFactory(kernels);
  let shared: { readonly arena: Arena<K>; readonly bytes: number } | undefined;
  return (bytes) => {
    if (shared === undefined || shared.bytes < bytes) shared = { arena: create(bytes), bytes };
    shared.arena.clear();
    return shared.arena;
  };
}
