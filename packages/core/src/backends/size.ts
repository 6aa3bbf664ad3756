/** What an entry takes beside its value: the entry object, its place in the map and in the list of recent use. */
const ENTRY_OVERHEAD = 200;
const OBJECT_OVERHEAD = 24;
const SLOT = 8;

/**
 * About how many bytes a value takes in V8, key and bookkeeping included. Rough on purpose (strings count one byte a
 * character, shared parts count once): it bounds memory, it does not measure it.
 */
export function approximateSize(value: unknown, key: string): number {
  return ENTRY_OVERHEAD + key.length + sizeOf(value, new Set());
}

function sizeOf(value: unknown, seen: Set<object>): number {
  if (typeof value === 'string') return OBJECT_OVERHEAD + value.length;
  if (typeof value !== 'object' || value === null) return SLOT;
  if (seen.has(value)) return SLOT;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return OBJECT_OVERHEAD + value.byteLength;
  if (value instanceof ArrayBuffer) return OBJECT_OVERHEAD + value.byteLength;
  return OBJECT_OVERHEAD + sizeOfParts(value, seen);
}

function sizeOfParts(value: object, seen: Set<object>): number {
  let size = 0;
  if (value instanceof Array) {
    for (const item of value) size += SLOT + sizeOf(item, seen);
  } else if (value instanceof Map) {
    for (const [name, item] of value) size += 3 * SLOT + sizeOf(name, seen) + sizeOf(item, seen);
  } else if (value instanceof Set) {
    for (const item of value) size += 3 * SLOT + sizeOf(item, seen);
  } else {
    // Property names are shared by objects of one shape, so only their values count. `for in` builds no list of them.
    for (const name in value) size += SLOT + sizeOf((value as Record<string, unknown>)[name], seen);
  }
  return size;
}
