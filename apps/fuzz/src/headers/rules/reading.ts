/**
 * How a careful reader of RFC 9110 and 9111 reads a field, written for this judge alone: nothing of what it judges is
 * used here. What is not well formed forbids if it can, and allows nothing.
 */

const TOKEN = "[!#$%&'*+.^_`|~\\w-]";
const CLOSED_QUOTES = /"(?:[^"\\]|\\.)*"/g;

/** The elements of a list; commas in quoted strings that are closed do not count. */
export function elements(text: string | undefined): string[] {
  if (text === undefined) return [];
  const hidden = text.replace(CLOSED_QUOTES, (quoted) => quoted.replaceAll(',', '\u0000'));
  return hidden.split(',').map((element) => element.replaceAll('\u0000', ',').replace(/^[ \t]+|[ \t]+$/g, ''));
}

/** Whether a directive is mentioned anywhere outside of quotes, in whatever spelling around it. */
export function mentions(text: string | undefined, directive: string): boolean {
  return mention(text).test(directive);
}

/** The argument of the first mention: `''` if it has none, `undefined` without a mention or if that is not well formed. */
export function firstArgument(text: string | undefined, directive: string): string | undefined {
  const element = elements(text).find((one) => mention(one).test(directive));
  const match = new RegExp(`^(${TOKEN}+)(?:=(${TOKEN}+|"(?:[^"\\\\]|\\\\.)*"))?$`).exec(element ?? '');
  if (match === null || match[1]?.toLowerCase() !== directive) return undefined;
  return (match[2] ?? '').replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1');
}

/** Whether a directive stands there as it should, so that what it allows is allowed. */
export function grants(text: string | undefined, directive: string): boolean {
  return elements(text).some((one) => firstArgument(one, directive) !== undefined);
}

/** The number of the first mention; 0 if that cannot be read; `undefined` if there is none. */
export function firstSeconds(text: string | undefined, directive: string): number | undefined {
  if (!mentions(text, directive)) return undefined;
  const argument = firstArgument(text, directive) ?? '';
  return /^[0-9]+$/.test(argument) ? Math.min(Number(argument), 2 ** 31) : 0;
}

/** All names in a list of field names, however they are separated. */
export function names(text: string | undefined): string[] {
  return (text ?? '').toLowerCase().match(new RegExp(`${TOKEN}+`, 'g')) ?? [];
}

const TIME = '(\\d\\d:\\d\\d:\\d\\d)';
const IMF_FIXDATE = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d\\d) ([A-Z][a-z]{2}) (\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(`^[A-Z][a-z]+day, (\\d\\d)-([A-Z][a-z]{2})-(\\d\\d) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \\d]\\d) ${TIME} (\\d{4})$`);

/** An HTTP date as RFC 9110 spells it, in milliseconds. */
export function strictInstant(text: string | undefined): number | undefined {
  const [, day, month, year, time] = IMF_FIXDATE.exec(text ?? '') ?? RFC_850.exec(text ?? '') ?? [];
  if (day !== undefined) return parsed(`${month} ${day}, ${year?.length === 2 ? `20${year}` : year} ${time} GMT`);
  const [, oldMonth, oldDay, oldTime, oldYear] = ASCTIME.exec(text ?? '') ?? [];
  return oldDay === undefined ? undefined : parsed(`${oldMonth} ${oldDay.trim()}, ${oldYear} ${oldTime} GMT`);
}

/** An HTTP date in any case of its letters. */
export function instant(text: string | undefined): number | undefined {
  return strictInstant(
    text
      ?.toLowerCase()
      .replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
      .replace(/Gmt$/, 'GMT'),
  );
}

function parsed(text: string): number | undefined {
  const value = Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}

function mention(text: string | undefined): { test(directive: string): boolean } {
  const bare = (text ?? '').replace(CLOSED_QUOTES, '"').toLowerCase();
  return {
    test: (directive) => {
      if (!bare.includes(directive)) return false;
      return new RegExp(`(?<!${TOKEN}|=)${directive}(?!${TOKEN})`).test(bare);
    },
  };
}
