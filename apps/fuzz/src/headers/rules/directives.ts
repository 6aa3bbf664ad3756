import { field, type Given, type Setup } from '../trial.ts';
import { elements, firstArgument, grants, mentions } from './reading.ts';

/** Directives of a response as this cache has to obey them (RFC 9111, section 5.2.2; RFC 9213, section 2.1). */
export interface Said {
  /** The text of the field that counts. */
  readonly text: string | undefined;
  /** It is a targeted field, so that `Expires` does not count. */
  readonly targeted: boolean;
}

/**
 * The fields that may count, one after the other: a targeted one alone if it is surely a dictionary, none of it if it
 * surely is not, else either.
 */
export function said(setup: Setup, given: Given): readonly Said[] {
  const own = { text: field(given.lines, 'cache-control'), targeted: false };
  const { mode, targetedFields } = setup.policy;
  const isTargeted = targetedFields === undefined ? mode === 'standard' : targetedFields.length > 0;
  const text = isTargeted ? field(given.lines, 'cdn-cache-control') : undefined;
  if (text === undefined || surelyNoDictionary(text)) return [own];
  // Of a repeated key the last one counts, and parameters do not.
  const members = elements(text).map((member) => member.replace(/;[^"]*$/, ''));
  const last = new Map(members.map((member) => [member.split('=', 1)[0], member]));
  const targeted = { text: [...last.values()].join(', '), targeted: true };
  return surelyDictionary(text) ? [targeted] : [own, targeted];
}

const MEMBER = /^[a-z][a-z0-9_-]*(?:=(?:\d{1,15}|"[ !#-[\]-~]*"|[A-Za-z][A-Za-z-]*))?$/;

function surelyDictionary(text: string): boolean {
  if (text !== text.trim()) return false;
  const members = elements(text);
  const keys = members.map((member) => member.split('=', 1)[0]);
  return members.every((member) => MEMBER.test(member)) && new Set(keys).size === keys.length;
}

function surelyNoDictionary(text: string): boolean {
  return /^[\s,]*$/.test(text) || /^[^a-z* ]|[^\x20-\x7e\t]/.test(text);
}

/** Whether the directive forbids: mentioned in all that may count. */
export function forbids(all: readonly Said[], directive: string): boolean {
  return all.every(({ text }) => mentions(text, directive));
}

/** Whether the directive allows: well formed in some of what may count. */
export function allows(all: readonly Said[], directive: string): boolean {
  return all.some(({ text }) => grants(text, directive));
}

/** Whether `private` or `no-cache` is about the whole response in all that may count, not about some fields of it. */
export function forbidsWhole(all: readonly Said[], directive: 'private' | 'no-cache'): boolean {
  return all.every(({ text }) => mentions(text, directive) && hasWhole(text, directive));
}

function hasWhole(text: string | undefined, directive: string): boolean {
  return elements(text).some((element) => mentions(element, directive) && !isQualified(element, directive));
}

/** The fields, whatever separates them, that `private` or `no-cache` names in some of what may count, where it is only about these. */
export function qualified(all: readonly Said[]): string[] {
  return ['private', 'no-cache'].flatMap((directive) =>
    all
      .flatMap(({ text }) => elements(text))
      .flatMap((element) =>
        isQualified(element, directive)
          ? (firstArgument(element, directive)
              ?.toLowerCase()
              .split(/[\s,]+/) ?? [])
          : [],
      ),
  );
}

function isQualified(element: string, directive: string): boolean {
  const argument = firstArgument(element, directive);
  return argument !== undefined && argument !== '';
}
