import { ResponseControls } from '@cache/core';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { isHttp, warnNotHttp } from './not-http.ts';

/** What Express and Fastify alike have for fields. */
interface FieldsOfPlatform {
  getHeader(name: string): number | string | string[] | undefined;
  header(name: string, value: string): unknown;
}

/**
 * A parameter of a controller's method: what the method says to the caches about its response. Nothing else changes for the method. Where no
 * HTTP request is answered, a warning says once that fields go nowhere.
 *
 * @example
 * @Get(':id')
 * @CacheResponse()
 * async show(@Param('id') id: string, @CacheControls() controls: ResponseControls) {
 *   const city = await this.cities.read(id);
 *   if (city.isMoving) controls.limitLifetime('10s');
 *   return city;
 * }
 */
export const CacheControls: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext): ResponseControls => {
    const response = isHttp(context) ? context.switchToHttp().getResponse<FieldsOfPlatform>() : undefined;
    if (response === undefined) warnNotHttp(context, '@CacheControls()');
    return new ResponseControls({
      get: (name) => [response?.getHeader(name) ?? []].flat().join(', '),
      set: (name, value) => void response?.header(name, value),
    });
  },
);
