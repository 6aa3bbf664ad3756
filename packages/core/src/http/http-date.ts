const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
// Senders write months in any case, and nothing else can be meant: `[Jj][Aa][Nn]|…`.
const MONTH = `(${MONTHS.join('|').replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)})`;
const TIME = '(\\d{2}):(\\d{2}):(\\d{2})';
const IMF_FIXDATE = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d{2}) ${MONTH} (\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(
  `^(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday), (\\d{2})-${MONTH}-(\\d{2}) ${TIME} GMT$`,
);
const ASCTIME = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`);

/**
 * An HTTP date in milliseconds since 1970, in its preferred form or one of the two obsolete ones (RFC 9110, section
 * 5.6.7); `undefined` for anything else. Years of two digits mean 1970 to 2069.
 */
export function parseHttpDate(text: string): number | undefined {
  const fixed = IMF_FIXDATE.exec(text);
  if (fixed !== null) return instant(fixed[3], fixed[2], fixed[1], fixed.slice(4));
  const obsolete = RFC_850.exec(text);
  if (obsolete !== null) {
    const year = Number(obsolete[3]);
    return instant(year < 70 ? 2000 + year : 1900 + year, obsolete[2], obsolete[1], obsolete.slice(4));
  }
  const ansi = ASCTIME.exec(text);
  return ansi === null ? undefined : instant(ansi[6], ansi[1], ansi[2], ansi.slice(3, 6));
}

function instant(
  year: string | number | undefined,
  month: string | undefined,
  day: string | undefined,
  time: readonly string[],
): number | undefined {
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  const date = Number(day);
  const index = MONTHS.indexOf(month?.toLowerCase() ?? '');
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const value = Date.UTC(Number(year), index, date, hour, minute, second);
  return new Date(value - second * 1000).getUTCDate() === date ? value : undefined;
}
