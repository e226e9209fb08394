import type { PageTexts } from '../texts.ts';
import type { PickupView } from '../view/pickup-view.ts';

interface PickupPlaceProps {
  readonly pickup: PickupView;
  readonly texts: PageTexts;
}

/** Where to collect the parcel; takes the place of the arrival date and looks like it. */
export function PickupPlace({ pickup, texts }: PickupPlaceProps) {
  const { label, name, address, hours, note } = pickup;
  return (
    <div class="arrival" id="pickup-place">
      <span class="label">{label}</span>{' '}
      {(name ?? address) && <strong class="day">{name ?? address}</strong>}{' '}
      {name && address && <span class="window">{address}</span>} {note && <p>{note}</p>}
      {hours.length > 0 && <Hours hours={hours} label={texts.pickup.hours} />}
    </div>
  );
}

interface HoursProps {
  readonly hours: PickupView['hours'];
  readonly label: string;
}

export function Hours({ hours, label }: HoursProps) {
  return (
    <dl class="hours" aria-label={label}>
      {hours.map(({ days, times }) => (
        <div key={days}>
          <dt>{days}</dt>
          <dd>{times}</dd>
        </div>
      ))}
    </dl>
  );
}
