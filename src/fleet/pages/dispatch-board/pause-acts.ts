import { invalidMember } from '../../../http/kit/validation.ts';
import type { ErrorText } from '../../../kernel/errors.ts';
import { geohashesOver, isGeohash } from '../../../kernel/places/geohash.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { aroundFacility, noSuchPause, tooManyPauses } from '../../api/dispatch-pauses/routes.ts';
import { CELLS_MAX, RADIUS_M, REASON_CHARS_MAX } from '../../api/dispatch-pauses/schema.ts';
import { type AreaToPause, endPause, pauseArea, type ViewDeps } from '../../deliveries/index.ts';
import { ALL_TENANTS, PAUSE_MINUTES } from './paused-areas.tsx';

/** Maximum of geohash cells for a box: as fine as a dispatcher can distinguish. */
const BOX_CELLS_MAX = 60;

/**
 * Pauses the form's area for each of these tenants; the pause and the log record who did it.
 * Throws `Problem` when the form names no area or time, before anything is paused. Returns the
 * pauses' ids.
 *
 * @param by who pauses: `operator` or `member`, and an id.
 */
export async function pauseByForm(
  { deliveries, log }: { readonly deliveries: ViewDeps; readonly log: Logger },
  tenants: readonly Tenant[],
  form: URLSearchParams,
  by: string,
): Promise<readonly string[]> {
  const untilMs = readEndMs(form, deliveries.clock.nowMs());
  const reason = (form.get('reason') ?? '').trim().slice(0, REASON_CHARS_MAX) || null;
  const paused: [Tenant, AreaToPause][] = [];
  for (const tenant of tenants) {
    const where = await readArea(deliveries, tenant, form);
    paused.push([tenant, { where, untilMs, reason, by }]);
  }
  const ids: string[] = [];
  for (const [tenant, area] of paused) {
    const made = await pauseArea(deliveries, tenant, area);
    if (made === null) throw tooManyPauses();
    const id = wireId('pause', made.id);
    ids.push(id);
    log.info({ pause_id: id, merchant_id: tenant.merchantId, by }, 'an area was paused');
  }
  return ids;
}

/** Ends a pause of this tenant's; throws `Problem` when it does not exist. */
export async function resumeByForm(
  { deliveries, log }: { readonly deliveries: ViewDeps; readonly log: Logger },
  tenant: Tenant,
  id: string,
  by: string,
): Promise<void> {
  const { kind } = await endPause(deliveries, tenant, id, by);
  if (kind === 'not_found') throw noSuchPause();
  const about = { pause_id: wireId('pause', id), merchant_id: tenant.merchantId, by };
  log.info(about, 'a pause was ended');
}

/** Tenants of the board named in the form; throws `Problem` when it names none of them. */
export function chosenTenants(
  form: URLSearchParams,
  onBoard: readonly Tenant[],
): readonly Tenant[] {
  const chosen = form.get('tenant') ?? '';
  const found = onBoard.filter(
    ({ merchantId, mode }) => chosen === ALL_TENANTS || chosen === `${merchantId} ${mode}`,
  );
  if (found.length > 0) return found;
  throw invalidMember('/tenant', 'dispatch.noLongerOnBoard', 'dispatch.chooseFromList');
}

/** When the pause ends, epoch ms; null: when somebody ends it. Throws `Problem` if not a choice. */
function readEndMs(form: URLSearchParams, nowMs: number): number | null {
  const text = form.get('minutes') ?? '';
  if (text === '') return null;
  const minutes = PAUSE_MINUTES.find((each) => String(each) === text);
  if (minutes !== undefined) return nowMs + minutes * 60_000;
  throw invalidMember('/minutes', 'dispatch.invalidDuration', 'dispatch.chooseFromList');
}

/** The area that a form names. Throws `Problem` unless it names exactly one, and a valid one. */
async function readArea(
  deliveries: ViewDeps,
  tenant: Tenant,
  form: URLSearchParams,
): Promise<AreaToPause['where']> {
  const text = (name: string) => (form.get(name) ?? '').trim();
  const given = ['box', 'facility', 'cells'].filter((name) => text(name) !== '');
  if (given.length !== 1) {
    const reason = given.length === 0 ? 'dispatch.noAreaGiven' : 'dispatch.severalAreasGiven';
    throw invalidMember('/cells', reason, 'dispatch.chooseOneArea');
  }
  if (given[0] === 'box') return { cells: boxCells(text('box')) };
  if (given[0] === 'cells') return { cells: parseCells(text('cells')) };
  const radiusM = Number(text('radius') || RADIUS_M.default);
  if (!Number.isInteger(radiusM) || radiusM < RADIUS_M.min || radiusM > RADIUS_M.max) {
    const fix: ErrorText = { 'dispatch.sendWholeMetres': { min: RADIUS_M.min, max: RADIUS_M.max } };
    throw invalidMember('/radius', 'dispatch.invalidRadius', fix);
  }
  return aroundFacility(deliveries, tenant, text('facility').slice(0, 64), radiusM);
}

/** The geohash cells in a text. Throws `Problem` if one is invalid or there are too many. */
function parseCells(text: string): readonly string[] {
  const cells = text
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean);
  const bad = cells.find((cell) => !isGeohash(cell));
  if (bad === undefined && cells.length <= CELLS_MAX) return cells;
  const reason: ErrorText =
    bad === undefined
      ? 'dispatch.tooManyCells'
      : { 'dispatch.notGeohash': { bad: bad.slice(0, 12) } };
  throw invalidMember('/cells', reason, { 'dispatch.limitGeohashes': { cellsMax: CELLS_MAX } });
}

/** The geohash cells of a box `south,west,north,east`, as the map's script writes it. */
function boxCells(text: string): readonly string[] {
  const [south = NaN, west = NaN, north = NaN, east = NaN, ...more] = text.split(',').map(Number);
  const isBox = south < north && west < east && more.length === 0;
  if (isBox && south >= -90 && north <= 90 && west >= -180 && east <= 180) {
    return geohashesOver({ south, west, north, east }, BOX_CELLS_MAX);
  }
  const fix = 'dispatch.zoomToArea';
  throw invalidMember('/box', 'dispatch.invalidMapArea', fix);
}
