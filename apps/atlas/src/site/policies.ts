import type { ResponsePolicy } from '@cache/core/node';
import { visitorCookieName } from './visitor.ts';

/** How the pages of the site are cached, whatever framework serves them. */
export const policies: Readonly<Record<'shared' | 'personal' | 'picture', ResponsePolicy>> = {
  /** The same for everybody. */
  shared: { maxAge: '1h', staleWhileRevalidate: '1d', cookies: [], serverTiming: true },
  /** One for each visitor. */
  personal: { maxAge: '1h', cookies: [visitorCookieName], serverTiming: true },
  picture: { maxAge: '1d', clientMaxAge: '1d', cookies: [] },
};
