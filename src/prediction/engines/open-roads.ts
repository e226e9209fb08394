import type { Clock } from '../../platform/clock.ts';
import type { HttpClient } from '../../platform/net/http-client.ts';
import type { RoadServer } from '../../platform/settings/roads.ts';
import { learnedRoads, type OwnTrips } from '../road/learned-roads.ts';
import type { Roads } from '../road/roads.ts';
import type { EngineAddress } from './ask-engine.ts';
import { type EngineState, engineRoads } from './engine-roads.ts';
import { graphhopperEngine } from './graphhopper.ts';
import { osrmEngine } from './osrm.ts';
import type { RoadEngine } from './road-engine.ts';
import { valhallaEngine } from './valhalla.ts';

const ENGINES: Readonly<Record<RoadServer['engine'], (at: EngineAddress) => RoadEngine>> = {
  osrm: osrmEngine,
  valhalla: valhallaEngine,
  graphhopper: graphhopperEngine,
};

export interface RoadsDeps {
  /** Returns what has been learned from own trips so far. */
  readonly trips: () => OwnTrips;
  readonly http: Pick<HttpClient, 'send'>;
  readonly clock: Clock;
  readonly onChange: (state: EngineState) => void;
}

/** Opens the source of travel times that the settings name; null: own trips alone. */
export function openRoads(settings: RoadServer | null, deps: RoadsDeps): Roads {
  const { http, clock, onChange } = deps;
  const otherwise = learnedRoads(deps.trips);
  if (settings === null) return otherwise;
  const { engine: name, url, timeoutMs } = settings;
  const engine = ENGINES[name]({ http, url, timeoutMs });
  return engineRoads({ engine, otherwise, clock, onChange });
}
