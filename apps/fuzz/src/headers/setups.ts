import type { Setup } from './trial.ts';

/** How the caches are set up that are tried. */
export const SETUPS: readonly Setup[] = [
  {
    name: 'safe',
    policy: { mode: 'safe', maxAge: '60s', staleWhileRevalidate: 0, staleIfError: 0, staleIfUnreachable: 0 },
  },
  {
    name: 'safe with keys and stale answers',
    policy: {
      mode: 'safe',
      maxAge: '60s',
      staleWhileRevalidate: '30s',
      staleIfError: '40s',
      staleIfUnreachable: '40s',
      headers: ['X-Tenant'],
      cookies: ['theme'],
    },
  },
  { name: 'standard', policy: { mode: 'standard', staleIfUnreachable: 0 } },
  {
    name: 'standard with stale answers',
    policy: {
      mode: 'standard',
      maxAge: '60s',
      staleWhileRevalidate: '30s',
      staleIfError: '40s',
      staleIfUnreachable: '50s',
      targetedFields: [],
    },
  },
];
