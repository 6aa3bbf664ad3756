/** A whole number from 0 up to, but not including, `below`. */
export type Random = (below: number) => number;

/** mulberry32: small, seeded, and good enough to choose test cases. */
export function randomly(seed: number): Random {
  let state = seed * 0x9e3779b9;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const ALPHABETS = ['abc', ' \t\r\n\0\u007f', '%_*?[]{}\\/:;\'"@#$,', 'éüß東京ключ\u0301', '👩😀\ud83d', '0123456789'];

/** A text of up to `longest` pieces, most of them of the sort that breaks encodings. */
export function randomText(random: Random, longest: number): string {
  const piece = (): string => {
    const alphabet = ALPHABETS[random(ALPHABETS.length)] ?? '';
    return alphabet[random(alphabet.length)] ?? '';
  };
  return Array.from({ length: random(longest + 1) }, piece).join('');
}

/** A value of any kind that the structured clone algorithm carries, nested up to `depth` deep. */
export function randomValue(random: Random, depth: number): unknown {
  const inner = (): unknown => randomValue(random, depth - 1);
  const several = <T>(make: () => T): T[] => Array.from({ length: random(5) }, make);
  const flat: readonly (() => unknown)[] = [
    () => null,
    () => random(2) === 0,
    () => random(2 ** 32) - 2 ** 31,
    () => random(1_000) / (random(7) + 1),
    () => BigInt(random(2 ** 32)) ** BigInt(random(9)),
    () => randomText(random, 40),
    () => new Date(random(2 ** 32) * 1_000),
    () => Buffer.from(several(() => random(256))),
    () => new Float32Array(several(() => random(1_000))),
  ];
  const nested: readonly (() => unknown)[] = [
    () => several(inner),
    () => Object.fromEntries(several(() => [`_${randomText(random, 8)}`, inner()])),
    () => new Map(several(() => [inner(), inner()])),
    () => new Set(several(() => randomText(random, 8))),
  ];
  const kinds = depth > 0 ? [...nested, ...nested, ...flat] : flat;
  return kinds[random(kinds.length)]?.();
}
