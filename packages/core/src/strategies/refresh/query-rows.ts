import { CacheError } from '../../errors.ts';
import type { Arguments, Weak } from '../call-options.ts';

/** What a query gives: rows one after the other, as a cursor does too, or an object with them, as `pg` does. */
export type QueryRows<Row> = Iterable<Row> | AsyncIterable<Row> | { readonly rows: Iterable<Row> };

/**
 * Makes of a query a function that fetches its one row, `null` if there is none.
 *
 * @throws CacheError, when called, `ERR_CACHE_VALUE` if there are several rows
 * @example
 * const cityNamed = refreshBehind(cache, oneRow((name: string) => db.query('select * from cities where name = $1', [name])), { name: 'cityNamed' });
 */
export function oneRow<Args extends Arguments, Row extends object>(
  query: (...args: Args) => QueryRows<Row> | Promise<QueryRows<Row>>,
): (...args: Args) => Promise<Row | null> {
  return async (...args) => {
    let only: Row | null = null;
    for await (const row of rowsIn(await query(...args))) {
      if (only !== null) throw new CacheError('ERR_CACHE_VALUE', 'The query gave several rows; allowed: one, or none.');
      only = plain(row);
    }
    return only;
  };
}

/**
 * Makes of a query a function that fetches its rows as a list. Its argument is most often a filter, an object; the order of its properties makes no
 * difference to the key.
 *
 * @param keep which rows count; default: all
 * @example
 * const citiesWhere = refreshBehind(cache, allRows((where: { country: string; page?: number }) => db.cities(where)), { name: 'citiesWhere' });
 * await citiesWhere({ country: 'PT' });
 */
export function allRows<Args extends Arguments, Row extends object>(
  query: (...args: Args) => QueryRows<Row> | Promise<QueryRows<Row>>,
  keep: (row: Row, ...args: Weak<Args>) => boolean = () => true,
): (...args: Args) => Promise<Row[]> {
  return async (...args) => {
    const rows: Row[] = [];
    for await (const row of rowsIn(await query(...args))) if (keep(row, ...args)) rows.push(plain(row));
    return rows;
  };
}

function rowsIn<Row>(result: QueryRows<Row>): Iterable<Row> | AsyncIterable<Row> {
  if (Symbol.iterator in result || Symbol.asyncIterator in result) return result;
  return result.rows;
}

/** A row as data: drivers give some as instances of a class, which a cache does not keep. */
function plain<Row extends object>(row: Row): Row {
  return { ...row };
}
