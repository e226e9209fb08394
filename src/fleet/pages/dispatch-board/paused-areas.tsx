import { useMessages } from '../../../http/console/kit/language.ts';
import { Action, Instant } from '../../../http/console/kit/pieces.tsx';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { RADIUS_M, REASON_CHARS_MAX } from '../../api/dispatch-pauses/schema.ts';
import type { PausedArea } from '../../deliveries/index.ts';
import type { BoardSight } from './sight.ts';

/** Durations in minutes offered by the form. */
export const PAUSE_MINUTES = [30, 60, 120, 240, 720] as const;
/** Form value for all tenants that can be chosen. */
export const ALL_TENANTS = 'all';

interface PausedProps {
  readonly sight: BoardSight;
  readonly pauses: readonly PausedArea[];
  /** The merchants' slugs by id, when areas of several merchants are shown. */
  readonly merchants: ReadonlyMap<string, string>;
}

/** Lists the current pauses with start and reason, and a button to end each. */
export function PausedAreas({ sight, pauses, merchants }: PausedProps) {
  const words = useMessages().dispatch.pauses;
  const { test } = useMessages().dispatch.board;
  if (pauses.length === 0) return null;
  return (
    <ul class="paused">
      {pauses.map((pause) => {
        const id = wireId('pause', pause.id);
        return (
          <li key={id}>
            <b>{words.pausedIs({ area: areaIn(words, pause) })}</b>
            {pause.reason && ` (${pause.reason})`}{' '}
            <span class="soft">
              {`${tenantText(test, pause, merchants)}${words.since} `}
              <Instant at={iso(pause.createdAtMs)} />
              {pause.untilMs === null ? words.untilResumed : `${words.until} `}
              {pause.untilMs && <Instant at={iso(pause.untilMs)} />}
            </span>
            {sight.decides && (
              <Action
                to={`${sight.at}/pauses/${id}/end`}
                csrf={sight.csrf}
                label={words.resume}
                about={areaIn(words, pause)}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}

function areaIn(
  words: Messages['dispatch']['pauses'],
  { cells, facilityCode: code, lat, lng, radiusM }: PausedArea,
): string {
  if (code !== null) return words.around({ length: lengthIn(radiusM ?? 0), place: code });
  if (lat !== null && lng !== null)
    return words.around({ length: lengthIn(radiusM ?? 0), place: `${lat}, ${lng}` });
  const shown = cells.slice(0, 4).join(', ');
  return cells.length > 4
    ? words.moreCells({ shown, count: cells.length - 4 })
    : words.cell({ shown });
}

function lengthIn(metres: number): string {
  return metres < 1_000 ? `${metres} m` : `${Math.round(metres / 100) / 10} km`;
}

function tenantText(
  test: string,
  { merchantId: id, mode }: PausedArea,
  merchants: PausedProps['merchants'],
) {
  const parts = [merchants.get(id), mode === 'test' ? test : null].filter(Boolean);
  return parts.map((each) => `${each}, `).join('');
}

interface PauseFormProps {
  readonly sight: BoardSight;
  /**
   * The tenants to choose from: those of the board's deliveries and couriers; null: only the
   * reader's own, without a choice.
   */
  readonly tenants: readonly Tenant[] | null;
  readonly merchants: ReadonlyMap<string, string>;
}

/** A form to pause offers: area, tenant and duration. */
export function PauseForm({ sight, tenants, merchants }: PauseFormProps) {
  const words = useMessages().dispatch.pauses;
  if (tenants?.length === 0) return null;
  return (
    <details class="pause-area">
      <summary>{words.pauseArea}</summary>
      <p class="soft">{words.whatItDoes}</p>
      <form method="post" action={`${sight.at}/pauses`}>
        <input type="hidden" name="csrf" value={sight.csrf} />
        <p id="pause-view" hidden>
          <button type="button" id="map-box">
            {words.takeView}
          </button>{' '}
          <output id="pause-box-words" />
          <input type="hidden" name="box" id="pause-box" value="" />
        </p>
        <p>
          <label for="pause-facility">{words.facility}</label>
          <input id="pause-facility" name="facility" maxLength={64} autocomplete="off" />{' '}
          <label for="pause-radius">{words.metres}</label>
          <input
            id="pause-radius"
            name="radius"
            type="number"
            min={RADIUS_M.min}
            max={RADIUS_M.max}
            value={RADIUS_M.default}
          />
        </p>
        <p>
          <label for="pause-cells">{words.cells}</label>
          <input
            id="pause-cells"
            name="cells"
            placeholder="u1x0e u1x0s"
            autocomplete="off"
            spellcheck={false}
          />
        </p>
        <p>
          {tenants !== null && <Whose tenants={tenants} merchants={merchants} />}
          <label for="pause-minutes">{words.for}</label>
          <select id="pause-minutes" name="minutes">
            {PAUSE_MINUTES.map((minutes) => (
              <option key={minutes} value={minutes} selected={minutes === 60}>
                {minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}
              </option>
            ))}
            <option value="">{words.untilIResume}</option>
          </select>
        </p>
        <p>
          <label for="pause-reason">{words.reason}</label>
          <input id="pause-reason" name="reason" maxLength={REASON_CHARS_MAX} />
        </p>
        <button type="submit" class="primary">
          {words.pause}
        </button>
      </form>
    </details>
  );
}

function Whose({
  tenants,
  merchants,
}: {
  readonly tenants: readonly Tenant[];
  readonly merchants: ReadonlyMap<string, string>;
}) {
  const words = useMessages().dispatch.pauses;
  const { test } = useMessages().dispatch.board;
  return (
    <>
      <label for="pause-tenant">{words.whose}</label>
      <select id="pause-tenant" name="tenant">
        {tenants.length > 1 && <option value={ALL_TENANTS}>{words.all}</option>}
        {tenants.map(({ merchantId, mode }) => (
          <option key={`${merchantId} ${mode}`} value={`${merchantId} ${mode}`}>
            {`${merchants.get(merchantId) ?? merchantId}${mode === 'test' ? `, ${test}` : ''}`}
          </option>
        ))}
      </select>{' '}
    </>
  );
}
