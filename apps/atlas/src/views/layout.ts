import { footer } from './footer.ts';
import { html } from './html.ts';
import type { AssetUrls, Making, View } from './page.ts';

const sections = [
  { name: 'countries', href: '/', label: 'Countries' },
  { name: 'search', href: '/search', label: 'Search' },
  { name: 'favourites', href: '/favourites', label: 'Favourites' },
] as const;

/** Puts a view into the page that all pages share. */
export function layout({ title, section, main }: View, making: Making, assets: AssetUrls): string {
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title === 'Atlas' ? title : `${title} · Atlas`}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="${assets.icon}" type="image/svg+xml">
    <link rel="stylesheet" href="${assets.style}">
    <script src="${assets.script}" type="module"></script>
  </head>
  <body>
    <a class="skip" href="#main">Skip to content</a>
    <header class="masthead">
      <div class="column">
        <a class="brand" href="/"><img src="${assets.icon}" alt="" width="28" height="28">Atlas</a>
        <nav aria-label="Main">
          <ul>
            ${sections.map(({ name, href, label }) => {
              const current = name === section && html` aria-current="true"`;
              return html`<li><a href="${href}"${current}>${label}</a></li>`;
            })}
          </ul>
        </nav>
      </div>
    </header>
    <main id="main" class="column" tabindex="-1">
      ${main}
    </main>
    ${footer(making)}
  </body>
</html>
`;
  return page.text;
}
