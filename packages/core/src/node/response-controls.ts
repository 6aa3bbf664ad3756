import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { ResponseControls } from '../http/response-controls.ts';

/**
 * The controls of one of Node's responses, for a handler that is about to run: what an adapter gives its handlers.
 *
 * @example
 * serve({ request, response, url, identified: false, next: () => page(request, response, controlsOf(response)) });
 */
export function controlsOf(response: Pick<ServerResponse, 'getHeader' | 'setHeader'>): ResponseControls {
  return new ResponseControls({
    get: (name) => lineOf(response.getHeader(name)),
    set: (name, value) => void response.setHeader(name, value),
  });
}

function lineOf(value: OutgoingHttpHeader | undefined): string | undefined {
  return value === undefined ? undefined : [value].flat().join(', ');
}
