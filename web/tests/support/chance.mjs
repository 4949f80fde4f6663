/** Chance that can be told again: mulberry32 of a seed. */
export function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (most) => Math.floor(next() * most);
  return {
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    pick: (list) => list[below(list.length)],
    bytes(length) {
      const words = new Uint32Array(Math.ceil(length / 4));
      let word = below(2 ** 32) | 1;
      for (let i = 0; i < words.length; i++) {
        word ^= word << 13;
        word ^= word >>> 17;
        word ^= word << 5;
        words[i] = word;
      }
      return new Uint8Array(words.buffer, 0, length);
    },
  };
}
