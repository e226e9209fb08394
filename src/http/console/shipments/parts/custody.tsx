import { Fragment } from 'preact';
import type { CourierNote, CustodyPeriod } from '../../../../kernel/custody.ts';
import { wireId } from '../../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../../tracking/ports/shipments.ts';
import { useMessages } from '../../kit/language.ts';
import { FoldedCard } from '../../kit/layout.tsx';
import { Instant, Moment, Table, Tag, type Tone } from '../../kit/pieces.tsx';
import type { Viewer } from './shipment-snapshot.ts';

/** The colour for the reason a parcel left a courier. */
const TONES: Readonly<Record<NonNullable<CustodyPeriod['doneWhy']>, Tone>> = {
  delivered: 'good',
  returned: 'warn',
  handed_in: 'plain',
  given: 'plain',
  taken_off: 'plain',
  rescheduled: 'plain',
  ended: 'plain',
};

/** The couriers who were to take it, have it or had it. */
export function Custody({
  custody,
  viewer,
}: {
  readonly custody: readonly CustodyPeriod[];
  readonly viewer: Viewer;
}) {
  const words = useMessages().shipmentPage.related;
  if (custody.length === 0) return null;
  const newest = viewer.seesPeople ? custody.at(-1)?.name : null;
  return (
    <FoldedCard id="couriers" title={words.couriers} brief={newest ?? undefined}>
      {custody.toReversed().map((period) => {
        const { courierId, assignedAtMs, heldSinceMs, doneAtMs } = period;
        const times = [
          [words.courierHead.planned, assignedAtMs],
          [words.courierHead.held, heldSinceMs],
          [words.courierHead.ended, doneAtMs],
        ] as const;
        return (
          <div key={`${courierId} ${assignedAtMs}`}>
            <p>
              <CourierName id={wireId('courier', courierId)} name={period.name} viewer={viewer} />{' '}
              <State period={period} />
            </p>
            <dl class="facts">
              {times.map(
                ([name, atMs]) =>
                  atMs !== null && (
                    <Fragment key={name}>
                      <dt>{name}</dt>
                      <dd>
                        <Moment at={iso(atMs)} nowMs={viewer.nowMs} />
                      </dd>
                    </Fragment>
                  ),
              )}
            </dl>
          </div>
        );
      })}
    </FoldedCard>
  );
}

function State({ period }: { readonly period: CustodyPeriod }) {
  const { related: words, headline } = useMessages().shipmentPage;
  if (period.doneWhy !== null) {
    return <Tag tone={TONES[period.doneWhy]}>{words.ends[period.doneWhy]}</Tag>;
  }
  return period.heldSinceMs === null ? (
    <Tag>{headline.assigned}</Tag>
  ) : (
    <Tag tone="good">{words.inHand}</Tag>
  );
}

/** Names are personal data: without the right to see people, an id is shown. */
export function CourierName({
  id,
  name,
  viewer,
}: {
  /** The public id. */
  readonly id: string;
  readonly name: string | null;
  readonly viewer: Viewer;
}) {
  const shown = viewer.seesPeople && name !== null ? name : id;
  const path = name === null ? null : viewer.pathOf.courier(id);
  return path === null ? <span>{shown}</span> : <a href={path}>{shown}</a>;
}

/**
 * Notes by couriers about a parcel. They may name people, so only users with that right see them.
 */
export function CourierNotes({ notes }: { readonly notes: readonly CourierNote[] }) {
  const words = useMessages().shipmentPage.related;
  return (
    <FoldedCard id="courier-notes" title={words.notes}>
      <Table label={words.notes} head={Object.values(words.noteHead)} stacks>
        {notes.map(({ atMs, firstName, text }) => (
          <tr key={`${atMs} ${text}`}>
            <td>
              <Instant at={iso(atMs)} />
            </td>
            <td>{firstName === '' ? '–' : firstName}</td>
            <td class="wrap">{text}</td>
          </tr>
        ))}
      </Table>
    </FoldedCard>
  );
}
