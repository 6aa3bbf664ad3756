import { ResponseControls } from '@cache/core';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** What Express and Fastify alike have for fields. */
interface FieldsOfPlatform {
  getHeader(name: string): number | string | string[] | undefined;
  header(name: string, value: string): unknown;
}

/**
 * A parameter of a controller's method: what the method says to the caches about its response. Nothing else changes for the method.
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
    const response = context.switchToHttp().getResponse<FieldsOfPlatform>();
    return new ResponseControls({
      get: (name) => [response.getHeader(name) ?? []].flat().join(', '),
      set: (name, value) => void response.header(name, value),
    });
  },
);
