import { systemClock } from '../../platform/clock.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { ConfigError, readConfig } from '../../platform/settings/config.ts';
import { type Drive, openRoads, RoadModel, type RoadVehicle } from '../../prediction/index.ts';

export interface EtaDriveArgs {
  /** Such as `47.141,9.521`. */
  readonly from: string;
  readonly to: string;
  readonly vehicle: RoadVehicle;
  readonly json: boolean;
}

type Write = (line: string) => void;

const SOURCES: Readonly<Record<Drive['by'], string>> = {
  engine: 'the routing server',
  own_trips: 'own trips',
  straight_line: 'the straight line, as no routing server answered',
};

/**
 * Runs `waybill eta drive`: shows how long a drive takes according to the configured routing
 * server, and so whether that server can be reached. Resolves with the exit code: 1 if the server
 * did not answer, 2 for arguments or settings that cannot be used.
 */
export async function etaDrive(
  { from, to, vehicle, json }: EtaDriveArgs,
  env: NodeJS.ProcessEnv,
  write: Write,
  complain: Write,
): Promise<number> {
  const places = [from, to].map(parseLatLng);
  const bad = [from, to].find((_, index) => places[index] === null);
  if (bad !== undefined) {
    complain(`"${bad}": expected latitude,longitude, such as 47.141,9.521`);
    return 2;
  }
  const http = createHttpClient();
  try {
    const { roads: server } = readConfig(env);
    if (server === null) complain('ROADS_ENGINE and ROADS_URL are not set: no server is asked');
    const roads = openRoads(server, {
      trips: () => new RoadModel(),
      http,
      clock: systemClock,
      onChange: (change) => {
        if (change.state === 'out')
          complain(`${server?.url} did not answer: ${change.reason} ${change.detail}`.trim());
      },
    });
    const atMs = systemClock.nowMs();
    const [drive] = await roads.route(
      places.flatMap((place) => place ?? []),
      { courier: null, vehicle, atMs },
    );
    if (drive === undefined) throw new Error('the route between two places has no drive');
    write(json ? JSON.stringify(jsonOf(drive)) : lineOf(drive));
    return server !== null && drive.by !== 'engine' ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complain(error.message);
    return 2;
  } finally {
    http.close();
  }
}

function lineOf({ p10Min, p50Min, p90Min, distanceM, by }: Drive): string {
  const [low, middle, high] = [p10Min, p50Min, p90Min].map((minutes) => minutes.toFixed(1));
  const km = (distanceM / 1_000).toFixed(1);
  return `${middle} min (${low} to ${high}), ${km} km, by ${SOURCES[by]}`;
}

function jsonOf({ p10Min, p50Min, p90Min, distanceM, by }: Drive) {
  return { p10_min: p10Min, p50_min: p50Min, p90_min: p90Min, distance_m: distanceM, by };
}

function parseLatLng(text: string): { readonly lat: number; readonly lng: number } | null {
  const found = /^(-?\d{1,2}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)$/.exec(
    text.replaceAll(' ', ''),
  );
  if (found === null) return null;
  const [lat, lng] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}
