import { html } from './html.ts';
import { searchForm } from './parts.ts';
import type { View } from './page.ts';

/** The page for an address that leads nowhere. */
export function notFoundView(what: string): View {
  return {
    title: 'Not found',
    main: html`<header><h1>Not found</h1>
      <p class="lead">${what}</p></header>
      ${searchForm('')}
      <p>Or begin with <a href="/">all countries</a>.</p>`,
  };
}

/** The page for a request that cannot be answered, and why. */
export function errorView(title: string, explanation: string): View {
  return {
    title,
    main: html`<header><h1>${title}</h1>
      <p class="lead">${explanation}</p></header>
      <p>Go back to <a href="/">all countries</a>.</p>`,
  };
}
