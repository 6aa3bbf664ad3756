import { expect, test } from 'vitest';
import { foldName } from '../../src/data/fold.ts';

test.each([
  ['Saint-Étienne', 'saint etienne'],
  ['İstanbul', 'istanbul'],
  ['Łódź', 'lodz'],
  ['Tórshavn', 'torshavn'],
  ['Ærøskøbing', 'aeroskobing'],
  ['Weißenfels', 'weissenfels'],
  ['Sana‘a', 'sanaa'],
  ["L'Aquila", 'laquila'],
  ['  Halle (Saale) ', 'halle saale'],
  ['Москва', 'москва'],
  ['---', ''],
])('folds %j to %j', (name, folded) => {
  expect(foldName(name)).toBe(folded);
});
