import type { Random } from '../random.ts';

/** One way to spoil the text of a field. */
type Mutation = (text: string, random: Random) => string;

/** What separates, quotes and compares in fields, and what belongs in none. */
const ODD = [
  ',',
  ';',
  '=',
  '"',
  '\\',
  ' ',
  '\t',
  "'",
  ':',
  '/',
  '*',
  '(',
  ')',
  '\u00a0',
  '\u00e9',
  '0',
  'a',
  'A',
  '-',
  '%',
];

const SEPARATORS = [';', ' ', '\t', ',,', ', ,', ' ,', '\t,\t', ' ; ', '|', '='];

const NUMBERS = [
  '',
  '-1',
  '+60',
  '60.5',
  '6e9',
  '0x3c',
  '060',
  '00',
  '99999999999999999999',
  ' 60',
  '60s',
  '"60"',
  '\u00b3',
];

const MUTATIONS: readonly Mutation[] = [
  (text, random) => cut(text, random, (before, after) => before + after.slice(1)),
  (text, random) => cut(text, random, (before, after) => before + random.pick(ODD) + after),
  (text, random) => cut(text, random, (before, after) => `${before}"${after}`),
  (text, random) => cut(text, random, (before) => before),
  (text, random) => cut(text, random, (before, after) => after + before),
  (text, random) => replaceOne(text, /, */g, random, () => random.pick(SEPARATORS)),
  (text, random) => replaceOne(text, /=/g, random, () => random.pick([' =', '= ', '\t=', '==', ':', ' '])),
  (text, random) => replaceOne(text, /\d+/g, random, () => random.pick(NUMBERS)),
  (text, random) => replaceOne(text, /[^,]+/g, random, (part) => `"${part.trim()}"`),
  (text, random) => replaceOne(text, /[^,]+/g, random, (part) => `${part},${part}`),
  (text, random) => replaceOne(text, /[^,]+/g, random, (part) => ` ext="a,${part}, b"`),
  (text, random) => replaceOne(text, /[^,]+/g, random, (part) => part.toUpperCase()),
  (text, random) => replaceOne(text, /[a-z]/gi, random, (letter) => swapCase(letter)),
  (text) => text.toUpperCase(),
  (text) => text.replaceAll('"', ''),
  (text) => `,${text},`,
  (text) => ` \t${text}\t `,
];

/** The text, spoilt once or several times; sometimes as it was. */
export function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let times = random.pick([0, 1, 1, 1, 2, 3]); times > 0; times -= 1) {
    mutated = random.pick(MUTATIONS)(mutated, random);
  }
  return mutated;
}

function cut(text: string, random: Random, join: (before: string, after: string) => string): string {
  const at = random.below(text.length + 1);
  return join(text.slice(0, at), text.slice(at));
}

function replaceOne(text: string, pattern: RegExp, random: Random, by: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  const one = found.length === 0 ? undefined : random.pick(found);
  return one === undefined ? text : text.slice(0, one.index) + by(one[0]) + text.slice(one.index + one[0].length);
}

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}
