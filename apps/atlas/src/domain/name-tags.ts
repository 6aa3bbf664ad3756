import { foldName } from '../data/fold.ts';

/** How much of a search its tag tells; more would make more tags of each name. */
const longest = 3;

/** The tag of a search: how the text begins that is searched for. */
export function searchTag(folded: string): string {
  return `names:${folded.slice(0, longest)}`;
}

/** The tags of all searches that can find a city of this name, by any of its words. */
export function searchTagsOf(name: string): string[] {
  const words = foldName(name).split(' ');
  return words.flatMap((_, index) => {
    const rest = words.slice(index).join(' ');
    return Array.from({ length: longest }, (__, length) => searchTag(rest.slice(0, length + 1)));
  });
}
