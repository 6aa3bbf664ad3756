import { createHash } from 'node:crypto';

/** A strong validator made of the body: equal bodies have equal tags in every process. */
export function entityTag(body: Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}
