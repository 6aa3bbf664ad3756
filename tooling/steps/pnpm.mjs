/** The package manager, exactly; nothing else names its version. */
const PNPM = 'pnpm@12.21.0';

/** A pnpm command as `[command, args]`: npx fetches pnpm when needed, so that nobody has to install it. */
export function pnpm(...args) {
  return ['npx', ['-y', PNPM, ...args]];
}
