import type { ComponentChildren } from 'preact';
import { useMessages } from '../../../http/console/kit/language.ts';
import { Empty, Instant, Tag } from '../../../http/console/kit/pieces.tsx';
import { TestTag } from '../../../http/console/kit/whose.tsx';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { addressIn } from '../../api/deliveries/delivery-json.ts';
import { ENDED_SHOWN_MAX } from '../../deliveries/index.ts';
import { idOf, pickupOf, placeOf, recipientOf } from './delivery-texts.ts';
import type { BoardProps } from './sight.ts';

/** The deliveries that are done, a line each, folded: nothing is left to decide about them. */
export function Done({ board, sight, couriers, tenants }: BoardProps) {
  const words = useMessages().dispatch.board;
  return (
    <section aria-labelledby="done">
      <details id="done-list">
        <summary>
          <h2 id="done">
            {words.columns.done} <span class="count">{endedCount(board)}</span>
          </h2>
        </summary>
        {board.ended.length === 0 && <Empty>{words.nothingDone}</Empty>}
        <ul class="done">
          {board.ended.map((each) => {
            const id = idOf(each);
            const courierId = each.row.courierId && wireId('courier', each.row.courierId);
            return (
              <li key={id} id={`card-${id}`} data-row>
                <Tag tone={each.phase === 'delivered' ? 'good' : 'warn'}>
                  {words.phases[each.phase]}
                </Tag>
                <Place text={placeOf(each, sight.seesPeople)}>
                  {(street) => (
                    <a href={`${sight.at}/${id}`} id={id}>
                      {street}
                      <span class="unseen">{` ${each.trackingNumber}`}</span>
                    </a>
                  )}
                </Place>
                <span class="whom">
                  {[
                    whomOf(each, sight.seesPeople),
                    couriers.find((one) => one.id === courierId)?.name,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
                <TestTag mode={each.row.mode} isMixed={tenants !== null} />
                <Instant at={iso(each.endedAtMs)} nowMs={sight.nowMs} />
              </li>
            );
          })}
        </ul>
      </details>
    </section>
  );
}

/** How many ended lately, or that there are more than the board shows. */
export function endedCount({ ended }: BoardProps['board']): string {
  return ended.length < ENDED_SHOWN_MAX ? String(ended.length) : `${ENDED_SHOWN_MAX}+`;
}

interface PlaceProps {
  readonly text: string;
  readonly number?: ComponentChildren;
  /** Wraps the street. */
  readonly children?: (street: string | undefined) => ComponentChildren;
}

/** The street of an address, which is short enough for one line. */
export function Place({ text, number, children = (street) => street }: PlaceProps) {
  return (
    <span class="place" title={text}>
      {number}
      <b>{children(partsOf(text).street)}</b>
    </span>
  );
}

/** The recipient, and the town without its postal code. Pure. */
export function whomOf(each: Whom, seesPeople: boolean): string {
  const { town } = partsOf(placeOf(each, seesPeople));
  return [recipientOf(each, seesPeople), town].filter(Boolean).join(', ');
}

/** The name or street of where it is picked up, and the town; empty: unknown, or hidden. Pure. */
export function fromOf(each: Whom, seesPeople: boolean): string {
  const line = seesPeople ? addressIn(each.personal().origin) : null;
  return [pickupOf(each, seesPeople), line && partsOf(line).town].filter(Boolean).join(', ');
}

/** An address as its street and its town without the postal code; coordinates stay one. Pure. */
function partsOf(text: string): { readonly street: string; readonly town: string } {
  const [street = '', ...rest] = /\p{L}/u.test(text) ? text.split(', ') : [text];
  const town = rest.join(', ').split(' ');
  const words = town.filter((word) => !/\d/.test(word));
  return { street, town: (words.length > 0 ? words : town).join(' ') };
}

type Whom = Parameters<typeof placeOf>[0] & Parameters<typeof recipientOf>[0];
