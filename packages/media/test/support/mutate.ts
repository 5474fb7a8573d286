/** Numbers from 0 up to, not including, `below`: the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const extremes = [0, 1, 7, 8, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** Changes a copy of `bytes` in one to four places: bytes, numbers, pieces put in, taken out or doubled. */
export function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  let mutant: Buffer = Buffer.from(bytes);
  for (let changes = 1 + random(4); changes > 0; changes -= 1) {
    mutant = applyMutation(mutant, random(mutant.length), random);
  }
  return mutant;
}

function applyMutation(bytes: Buffer, at: number, random: (below: number) => number): Buffer {
  const length = 1 + random(Math.min(64, bytes.length - at));
  const [before, piece, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + length),
    bytes.subarray(at + length),
  ];
  switch (random(7)) {
    case 0:
      bytes[at] = random(256);
      return bytes;
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    case 2: {
      const value = extremes[random(extremes.length)] ?? 0;
      if (at + 4 <= bytes.length) bytes.writeUInt32BE(value, at);
      return bytes;
    }
    case 3:
      return Buffer.concat([before, after, Buffer.alloc(1)]);
    case 4:
      return Buffer.concat([before, piece, piece, after]);
    case 5:
      return Buffer.concat([before, Buffer.from(piece.map(() => random(256))), after]);
    default:
      return Buffer.concat([before, Buffer.from(piece).fill(random(256)), after]);
  }
}
