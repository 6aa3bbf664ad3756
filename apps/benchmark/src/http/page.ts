/** The page of the HTTP scenarios: 10 KB of HTML. */
export const PAGE: Buffer = Buffer.from(
  `<!doctype html><title>Cities</title><ul>${'<li>a city by the sea, known for its market</li>'.repeat(300)}`.slice(
    0,
    10_240,
  ),
);

/** Its path. */
export const PATH = '/cities';

/** Its media type, as Express writes it. */
export const CONTENT_TYPE = 'text/html; charset=utf-8';
