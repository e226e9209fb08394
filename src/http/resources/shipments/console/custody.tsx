import type { CustodyPeriod } from '../../../../couriers/index.ts';
import { wireId } from '../../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../../tracking/index.ts';
import { Instant, Table, Tag, type Tone } from '../../../console/parts/pieces.tsx';
import type { Sight } from './sight.ts';

/** How a parcel left a courier. */
const ENDS: Readonly<
  Record<NonNullable<CustodyPeriod['doneWhy']>, readonly [words: string, tone: Tone]>
> = {
  delivered: ['delivered', 'good'],
  returned: ['returned to the sender', 'warn'],
  handed_in: ['handed in', 'plain'],
  given: ['given to a colleague', 'plain'],
  taken_off: ['taken off the route', 'plain'],
  rescheduled: ['moved to another day', 'plain'],
  ended: ['ended', 'plain'],
};

/** Which couriers were to take it, have it or had it. */
export function Custody({
  custody,
  sight,
}: {
  readonly custody: readonly CustodyPeriod[];
  readonly sight: Sight;
}) {
  if (custody.length === 0) return null;
  return (
    <>
      <h2>Couriers who have or had it</h2>
      <Table
        label="Couriers who have or had it"
        head={['Courier', 'State', 'Planned', 'Taken', 'Ended']}
        stacks
      >
        {custody.toReversed().map((period) => (
          <tr key={`${period.courierId} ${period.assignedAtMs}`}>
            <td>
              <CourierName
                id={wireId('courier', period.courierId)}
                name={period.name}
                sight={sight}
              />
            </td>
            <td>
              <State period={period} />
            </td>
            <td>
              <Instant at={iso(period.assignedAtMs)} />
            </td>
            <td>{period.heldSinceMs === null ? '–' : <Instant at={iso(period.heldSinceMs)} />}</td>
            <td>{period.doneAtMs === null ? '–' : <Instant at={iso(period.doneAtMs)} />}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function State({ period }: { readonly period: CustodyPeriod }) {
  if (period.doneWhy !== null) {
    const [words, tone] = ENDS[period.doneWhy];
    return <Tag tone={tone}>{words}</Tag>;
  }
  return period.heldSinceMs === null ? <Tag>planned</Tag> : <Tag tone="good">in hand</Tag>;
}

/** A name is a person's: who may not see people sees an id. */
export function CourierName({
  id,
  name,
  sight,
}: {
  /** As on the wire. */
  readonly id: string;
  readonly name: string | null;
  readonly sight: Sight;
}) {
  const shown = sight.seesPeople && name !== null ? name : id;
  const path = name === null ? null : sight.pathOf.courier(id);
  return path === null ? <span>{shown}</span> : <a href={path}>{shown}</a>;
}
