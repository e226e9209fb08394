import { localTime, type SandboxPlace, type VisibleInstance } from 'waybill/adapter/sandbox';

/** A parcel as a pull answers it and a push carries it. */
export function parcelBody(number: string, life: VisibleInstance) {
  const { estimate, destination } = life;
  return {
    number,
    service: life.service,
    weight_g: life.weightG,
    expected: estimate === null ? undefined : localTime(estimate.atMs, destination.zone).date,
    from: placeBody(life.origin),
    to: placeBody(destination),
    events: life.events.map(({ codes, text, atMs, place }) => ({
      code: codes['event'],
      text,
      at: stamp(atMs, (place ?? life.origin).zone),
      place: place === null ? undefined : placeBody(place),
    })),
  };
}

function placeBody({ city, postalCode, country }: SandboxPlace) {
  return { city, postal_code: postalCode, country };
}

function stamp(atMs: number, zone: string): string {
  const { date, time, offset } = localTime(atMs, zone);
  return `${date}T${time}${offset}`;
}
