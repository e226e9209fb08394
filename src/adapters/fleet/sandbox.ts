import { definedOnly } from '../../kernel/defined-only.ts';
import {
  jsonAnswer,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from '../sandbox-kit/index.ts';

/**
 * The sandbox of the scanners and couriers of a small depot. There is no carrier to call: `GET
 * /scans/{number}` returns what they have sent so far, as the body of a `POST /v1/scans`.
 */
export const sandbox: SandboxCarrier = {
  name: 'fleet',
  displayName: 'Own couriers',
  credentials: {},
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [],
  accountOf: () => null,
  answer,
  faultAnswer(fault) {
    return fault === 'token_throttled' ? null : failure(fault === 'rate_limited' ? 429 : 503);
  },
};

const PATH = /^\/scans\/(WB\d{14})$/;

function answer(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const number = request.method === 'GET' ? PATH.exec(request.path)?.[1] : undefined;
  const life = number === undefined ? undefined : world.parcel(number)?.lives.at(-1);
  if (number === undefined || life === undefined) return failure(404);
  return jsonAnswer(200, { scans: scansOf(number, life) });
}

function failure(status: number): SandboxAnswer {
  return jsonAnswer(status, { error: { status } });
}

function scansOf(number: string, life: VisibleInstance) {
  return life.events.map(({ codes, atMs, place }) => {
    const { date, time, offset } = localTime(atMs, (place ?? life.origin).zone);
    return {
      tracking_number: number,
      code: codes['code'],
      ...definedOnly({ reason_code: codes['reason'] }),
      scanned_at: `${date}T${time}${offset}`,
      ...(place?.facility === undefined ? {} : { facility_code: place.facility }),
      device_id: place?.facility === undefined ? 'van-7' : 'gate-2',
    };
  });
}
