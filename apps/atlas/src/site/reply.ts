/** An answer that any framework can send. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A page of HTML. Anything but a success is not to be stored by any cache. */
export function htmlReply(status: number, body: string): Reply {
  const headers = { 'content-type': 'text/html; charset=utf-8' };
  return { status, headers: status === 200 ? headers : { ...headers, 'cache-control': 'no-store' }, body };
}

/** JSON that is right only now. */
export function jsonReply(value: unknown): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return { status: 200, headers, body: JSON.stringify(value) };
}

/** Sends the browser to a page of this site after a form was handled. */
export function seeOther(location: string): Reply {
  const headers = { location, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return { status: 303, headers, body: '' };
}
