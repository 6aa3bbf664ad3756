/** Whether there can be another `Response` like this one: no switch of protocols, and no network error. */
export function isRegular({ status }: Response): boolean {
  return status >= 200 && status <= 599;
}

/** The response with its fields changed; a new one where they cannot be, or where the response may be used more than once. */
export function withFields(response: Response, change: (headers: Headers) => void): Response {
  const { body } = response;
  if (body !== null) {
    try {
      change(response.headers);
      return response;
    } catch {
      // What `fetch` has returned and redirects are immutable.
    }
  }
  const headers = new Headers(response.headers);
  change(headers);
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}
