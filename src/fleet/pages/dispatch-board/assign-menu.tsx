import { PostForm } from '../../../http/console/kit/fields.tsx';
import { Icon } from '../../../http/console/kit/icons.tsx';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { type BoardDelivery, promisedBy } from '../../deliveries/index.ts';
import { useUntil } from '../courier-state.tsx';
import { inMinutes } from './age.ts';
import type { Candidate, CandidatesFor } from './candidates.ts';
import { idOf } from './delivery-texts.ts';
import type { BoardSight } from './sight.ts';
import { minutesBetween, urgencyAt } from './urgency.ts';

/** The best couriers for a delivery that its menu offers; its page has all of them. */
const OFFERED = 6;

interface MenuProps {
  readonly sight: BoardSight;
  readonly each: BoardDelivery;
  readonly candidates: CandidatesFor;
  /** Whether its courier can still change. */
  readonly changes: boolean;
  /** It is the most urgent one without a courier. */
  readonly isMostUrgent?: boolean | undefined;
}

/**
 * Assigns a delivery: the best courier with the reason, others with theirs, and nobody. Leads to
 * its page and its parcel, also once it is out for delivery.
 */
export function AssignMenu({ each, sight, candidates, changes, isMostUrgent }: MenuProps) {
  const { dispatch, layout } = useMessages();
  const words = dispatch.board;
  const why = useWhy();
  const isOpen = each.row.state === 'open';
  const id = idOf(each);
  const about = <span class="unseen">{` ${each.trackingNumber}`}</span>;
  const current = each.row.courierId === null ? null : wireId('courier', each.row.courierId);
  const hasDeclined = ({ courier }: Candidate) =>
    each.offers.some(
      ({ state, courierId }) => state === 'declined' && wireId('courier', courierId) === courier.id,
    );
  const fit = (changes ? candidates(each) : [])
    .filter(({ courier }) => courier.id !== current)
    .toSorted((a, b) => Number(hasDeclined(a)) - Number(hasDeclined(b)));
  const [best] = fit;
  const change = changes ? words.changeCourier : layout.pieces.actions;
  const others = isOpen ? words.otherCouriers : change;
  return (
    <PostForm
      to={`${sight.at}/${id}/assign`}
      csrf={sight.csrf}
      class={isOpen ? 'assign' : 'assign change'}
    >
      <input type="hidden" name="from" value={sight.page} />
      {sight.of !== null && <input type="hidden" name="of" value={sight.of} />}
      {isOpen && (
        <p class="soft">
          {best === undefined ? (
            words.nobodyFits
          ) : (
            <>
              {words.best({ name: best.courier.name, why: why(best, false) })}
              <Arrives {...{ each, sight }} atMs={best.arrivalMs} />
            </>
          )}
        </p>
      )}
      <div class="row">
        {isOpen && best !== undefined && (
          <button
            type="submit"
            name="courier"
            value={best.courier.id}
            class={isMostUrgent ? 'primary' : undefined}
          >
            {words.assignTo({ name: best.courier.name })}
            {about}
          </button>
        )}
        <details class="menu">
          <summary id={`menu-${id}`} title={others}>
            <Icon name="more" />
            <span class="unseen">{`${others} ${each.trackingNumber}`}</span>
          </summary>
          <div class="sheet">
            {fit.slice(isOpen ? 1 : 0, OFFERED).map((candidate) => (
              <button
                key={candidate.courier.id}
                type="submit"
                name="courier"
                value={candidate.courier.id}
                class="quiet"
              >
                {candidate.courier.name} <span class="soft">{why(candidate, true)}</span>
              </button>
            ))}
            {changes && !isOpen && (
              <button type="submit" name="courier" value="" class="quiet">
                {words.offerAgain}
              </button>
            )}
            <a href={`${sight.at}/${id}`}>{isOpen ? words.whyAndEverybody : words.why}</a>
            <a href={sight.pathOf.shipment(each.row.shipmentId)}>
              {dispatch.decision.parcel} {each.trackingNumber}
            </a>
          </div>
        </details>
      </div>
      {isOpen && best !== undefined && each.offers.some(({ state }) => state === 'open') && (
        <p class="soft">{words.overrides}</p>
      )}
    </PostForm>
  );
}

type ArrivesProps = Pick<MenuProps, 'each' | 'sight'> & { readonly atMs: number | null };

/** When a courier would arrive, and how much time that leaves until the promised one. */
function Arrives({ each: { row, zone }, sight: { nowMs }, atMs }: ArrivesProps) {
  const words = useMessages().dispatch.board;
  const at = useUntil(nowMs);
  const byMs = promisedBy(row);
  if (atMs === null) return null;
  return (
    <span class="arrives">
      {words.arrives({ time: at(atMs, zone) })}
      {byMs !== null && <Spare lateMs={minutesBetween(byMs, atMs)} />}
    </span>
  );
}

/** By how much an arrival is before the promised one, or after it, in whole minutes. */
export function Spare({ lateMs }: { readonly lateMs: number }) {
  const words = useMessages().dispatch.board;
  const { locale } = useSpoken();
  const urgency = urgencyAt(lateMs);
  const age = inMinutes(locale, Math.abs(lateMs) / 60_000);
  return (
    <>
      {' · '}
      <b class={urgency ?? 'in-time'}>
        {urgency === 'late' ? words.lateBy({ age }) : words.spare({ age })}
      </b>
    </>
  );
}

/** Writes how far a courier is, and what they carry; `isScored` with the minutes that ranked them. */
export function useWhy() {
  const { dispatch, couriers, console: hub } = useMessages();
  const words = dispatch.board;
  return ({ approachS, load, loadS, alsoFor }: Candidate, isScored: boolean): string =>
    [
      approachS === null
        ? hub.courierMap.placeUnknown
        : words.away({ minutes: minutesOf(approachS) }),
      load > 0 && words.parcels({ count: load }),
      load === 0 && alsoFor.length === 0 && couriers.shifts.states.free,
      alsoFor.length > 0 && words.alsoBest({ marks: alsoFor.join(', ') }),
      isScored && loadS > 0 && words.inAll({ minutes: minutesOf((approachS ?? 0) + loadS) }),
    ]
      .filter(Boolean)
      .join(', ');
}

/** Whole minutes, because seconds would look more exact than an estimate is. */
const minutesOf = (seconds: number) => Math.max(1, Math.round(seconds / 60));
