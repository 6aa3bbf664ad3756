/** Content codings that this cache can make (RFC 9110, section 8.4.1; RFC 7932). */
export type Encoding = 'br' | 'gzip';
