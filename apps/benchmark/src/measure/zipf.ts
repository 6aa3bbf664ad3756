/** A function that gives the next number in [0, 1); the same seed gives the same numbers (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks from `count` things as a web site's visitors do: the one of rank r with a weight of 1 / r^0.99. */
export function zipfSequence(count: number, length: number, seed: number): Uint32Array {
  const cumulative = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank++) {
    total += (rank + 1) ** -0.99;
    cumulative[rank] = total;
  }
  const random = seededRandom(seed);
  return Uint32Array.from({ length }, () => firstAbove(cumulative, random() * total));
}

/** Picks from `count` things, each as likely as the others. */
export function uniformSequence(count: number, length: number, seed: number): Uint32Array {
  const random = seededRandom(seed);
  return Uint32Array.from({ length }, () => Math.floor(random() * count));
}

function firstAbove(ascending: Float64Array, target: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
