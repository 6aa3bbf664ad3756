import type { Atlas } from '../domain/atlas.ts';
import { parseLengthUnit, safeReturn } from './input.ts';
import { type Reply, seeOther } from './reply.ts';
import type { Site } from './site.ts';

/** What the forms about settings do. */
export interface SettingActions {
  setDistances(unit: string, parameters: URLSearchParams): Promise<Reply>;
}

/** Creates the actions. */
export function createSettingActions(atlas: Atlas, site: Site): SettingActions {
  return {
    setDistances: async (text, parameters) => {
      const unit = parseLengthUnit(text);
      if (unit === undefined) return site.notFound();
      await atlas.setDistances(unit);
      return seeOther(safeReturn(parameters, '/'));
    },
  };
}
