import type { HoledPass } from '../http/holed-pass.ts';
import type { HttpCache } from '../http/http-cache.ts';
import type { HttpRequest } from '../http/request.ts';
import { adding } from './additions.ts';
import { filledAnswer } from './answer.ts';
import type { FetchExchange } from './exchange.ts';
import { fieldsChangedSince, headerList } from './header-list.ts';
import { requestPastTheCache } from './request-view.ts';
import { isRegular, withFields } from './response.ts';

/** Lets a response that may have holes go out past the cache. */
export function passInto(
  http: HttpCache,
  exchange: FetchExchange,
  asked: HttpRequest,
  sink: HoledPass,
): Promise<Response | undefined> {
  const above = headerList(exchange.above?.() ?? new Headers());
  return sink.run(async () => {
    try {
      const run = { purpose: 'pass', isAround: () => sink.isAround, hidesIdentity: false } as const;
      const response = await exchange.next(requestPastTheCache(exchange.request), run);
      if (response === undefined || !isRegular(response)) return response;
      const sent = headerList(response.headers);
      const verdict = sink.head(response.status, sent, fieldsChangedSince(above, sent));
      if (verdict.kind === 'send') return withFields(response, adding(http, verdict.additions));
      sink.chunk(new Uint8Array(await response.arrayBuffer()));
      const last = sink.end();
      if (last?.kind === 'fail') throw last.error;
      return last === undefined ? undefined : await filledAnswer(http, exchange, asked, last, exchange.above?.());
    } finally {
      sink.abandon();
    }
  });
}
