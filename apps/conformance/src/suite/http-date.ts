const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** An instant in the form that HTTP prefers (RFC 9110, section 5.6.7). */
export function httpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}

/** The same in the obsolete form of RFC 850: `Sunday, 06-Nov-94 08:49:37 GMT`. */
export function rfc850Date(milliseconds: number): string {
  const [, day = '', month = '', year = '', time = ''] = httpDate(milliseconds).split(' ');
  return `${DAYS[new Date(milliseconds).getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
}
