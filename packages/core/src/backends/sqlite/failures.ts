/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that are treated in a way of their own. */
const CODE = {
  perm: 3,
  busy: 5,
  locked: 6,
  readonly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

const NAMES = new Map<number, string>([
  [CODE.perm, 'no permission'],
  [CODE.readonly, 'read-only'],
  [CODE.ioError, 'input/output error'],
  [CODE.full, 'disk full'],
  [CODE.cannotOpen, 'cannot be opened'],
]);

const FILE_ERRORS = new Map([
  ['EACCES', 'no permission'],
  ['EPERM', 'no permission'],
  ['EROFS', 'read-only'],
  ['ENOSPC', 'disk full'],
  ['EDQUOT', 'disk full'],
  ['EMFILE', 'too many open files'],
  ['ENFILE', 'too many open files'],
  ['EIO', 'input/output error'],
  ['ENOTDIR', 'cannot be opened'],
]);

/** The file is of another version than this library writes. */
export class OtherVersion extends Error {}

/** Somebody else is writing. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CODE.busy || code === CODE.locked;
}

/** The file is damaged, or is not what it should be, and must be replaced. */
export function isCorrupt(error: unknown): boolean {
  if (error instanceof OtherVersion) return true;
  const code = sqliteCode(error);
  return code === CODE.corrupt || code === CODE.notADatabase;
}

/** What kind of failure of the disk it is, in words; `undefined` for any other error. */
export function diskFailure(error: unknown): string | undefined {
  const code = sqliteCode(error);
  if (code !== undefined) return NAMES.get(code);
  return FILE_ERRORS.get(String((error as { readonly code?: unknown } | null)?.code));
}

/** The primary result code in an error of either binding. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errcode, rawCode } = error as { readonly errcode?: unknown; readonly rawCode?: unknown };
  if (typeof errcode === 'number') return errcode & 0xff;
  if (typeof rawCode === 'number') return rawCode & 0xff;
  // libsql tells of a failure to open only in its text.
  const opening = /^ConnectionFailed\(.*: (\d+)"\)$/.exec(error.message);
  return opening === null ? undefined : Number(opening[1]) & 0xff;
}
