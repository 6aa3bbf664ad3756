import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reply } from '../site/reply.ts';
import type { AssetUrls } from '../views/page.ts';

/** The files of the site, under names that change with their content. */
export interface Assets {
  readonly urls: AssetUrls;
  /** The answer for a path, if a file has it. */
  find(path: string): Reply | undefined;
}

// The same distance from `src/http` and from `dist/http`.
const folder = join(import.meta.dirname, '../../public');

const styles = ['base', 'frame', 'content', 'lists', 'forms', 'foot'].map((name) => `css/${name}.css`);

/** Reads the files once; the parts of the style are served as one file. */
export function loadAssets(): Assets {
  const replies = new Map<string, Reply>();
  const add = (extension: string, type: string, files: readonly string[]): string => {
    const body = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 10);
    const path = `/assets/atlas.${hash}.${extension}`;
    const headers = {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'public, max-age=31536000, immutable',
    };
    replies.set(path, { status: 200, headers, body });
    return path;
  };
  const urls = {
    style: add('css', 'text/css', styles),
    script: add('js', 'text/javascript', ['atlas.mjs']),
    icon: add('svg', 'image/svg+xml', ['atlas.svg']),
  };
  return { urls, find: (path) => replies.get(path) };
}
