import type { Outcome } from '../client/run-test.ts';

/** All that was said in one test, on both sides of the cache. */
export function transcript({ id, failure, exchanges, seen }: Outcome): string {
  const client = exchanges.map(({ request, response }, index) =>
    [
      `--> ${index + 1} ${request.method} ${request.url}`,
      ...request.fields.map(fieldLine),
      ...(response?.interim ?? []).flatMap(([status, fields = []]) => [
        `<-- ${index + 1} ${status}`,
        ...fields.map(fieldLine),
      ]),
      response === undefined ? `<-- ${index + 1} nothing` : `<-- ${index + 1} ${response.status} ${response.phrase}`,
      ...(response?.fields.lines ?? []).map(fieldLine),
      ...(response === undefined || response.body === '' ? [] : [`    | ${response.body}`]),
    ].join('\n'),
  );
  const origin = seen.map(({ number, method, fields }) =>
    [`==> the origin saw request ${number}: ${method}`, ...Object.entries(fields).map(fieldLine)].join('\n'),
  );
  const end = failure === undefined ? `${id}: as expected` : `${id}: ${failure.kind}: ${failure.message}`;
  return [...client, ...origin, end].join('\n');
}

function fieldLine([name, value]: readonly [string, string]): string {
  return `    ${name}: ${value}`;
}
