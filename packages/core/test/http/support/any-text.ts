import fc from 'fast-check';

/** Any UTF-16, well formed or not; much quicker to make than strings of all planes. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.nat({ max: 0xff_ff }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes));
