/** HTML in which some places are filled for each request: one piece of HTML more than there are names of holes. */
export interface HoledMarkup {
  readonly html: readonly string[];
  readonly holes: readonly string[];
}

/** What a block renders to, as it is stored. Holes are kept beside the HTML, so that no text in it can pass for one. */
export type Markup = string | HoledMarkup;

/** One thing after another in a markup under construction. */
export type MarkupPart = Markup | { readonly hole: string };

/** Puts parts together. */
export function joinMarkup(parts: Iterable<MarkupPart>): Markup {
  const html = [''];
  const holes: string[] = [];
  const append = (text: string): void => {
    html[html.length - 1] += text;
  };
  for (const part of parts) {
    if (typeof part === 'string') append(part);
    else if ('hole' in part) {
      holes.push(part.hole);
      html.push('');
    } else {
      append(part.html[0] ?? '');
      holes.push(...part.holes);
      html.push(...part.html.slice(1));
    }
  }
  return holes.length === 0 ? (html[0] ?? '') : { html, holes };
}

/** The HTML with every hole filled. */
export function fillHoles(markup: Markup, fills: ReadonlyMap<string, string>): string {
  if (typeof markup === 'string') return markup;
  return markup.html.map((text, index) => text + (fills.get(markup.holes[index] ?? '') ?? '')).join('');
}
