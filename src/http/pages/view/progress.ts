import type { Status } from '../../../kernel/status.ts';
import type { PublicTrack } from '../../../tracking/index.ts';
import type { PageTexts } from '../texts.ts';

type Label = Exclude<keyof PageTexts['progress'], 'title' | 'done' | 'current' | 'todo'>;

export interface Step {
  readonly label: Label;
  readonly state: 'done' | 'current' | 'todo';
}

/** How the page is coloured: what the reader should feel about the state. */
export type Tone = 'moving' | 'arriving' | 'done' | 'attention' | 'quiet';

const TONES: Readonly<Record<Status, Tone>> = {
  created: 'moving',
  picked_up: 'moving',
  in_transit: 'moving',
  at_facility: 'moving',
  out_for_delivery: 'arriving',
  available_for_pickup: 'arriving',
  delivery_attempted: 'attention',
  exception: 'attention',
  returning: 'attention',
  delivered: 'done',
  returned_to_sender: 'quiet',
  cancelled: 'quiet',
};

export function toneOf(status: Status): Tone {
  return TONES[status];
}

export type GlyphName = 'parcel' | 'vehicle' | 'counter' | 'check' | 'warning' | 'back' | 'cross';

const GLYPHS: Readonly<Record<Status, GlyphName>> = {
  created: 'parcel',
  picked_up: 'parcel',
  in_transit: 'parcel',
  at_facility: 'parcel',
  out_for_delivery: 'vehicle',
  available_for_pickup: 'counter',
  delivery_attempted: 'warning',
  exception: 'warning',
  returning: 'back',
  delivered: 'check',
  returned_to_sender: 'back',
  cancelled: 'cross',
};

/** A drawing beside the headline, which says the same in words. */
export function glyphOf(status: Status): GlyphName {
  return GLYPHS[status];
}

/** The few steps of a parcel's way that a reader cares for, and where on them it is. Pure. */
export function progressOf(track: Pick<PublicTrack, 'status' | 'events'>): readonly Step[] {
  const { status } = track;
  switch (status) {
    case 'created':
      return steps(['ordered', 'shipped', 'out_for_delivery', 'delivered'], 0);
    case 'picked_up':
    case 'in_transit':
    case 'at_facility':
      return steps(['ordered', 'shipped', 'out_for_delivery', 'delivered'], 1);
    case 'out_for_delivery':
      return steps(['ordered', 'shipped', 'out_for_delivery', 'delivered'], 2);
    case 'available_for_pickup':
      return steps(['ordered', 'shipped', 'ready_for_pickup', 'delivered'], 2);
    case 'delivery_attempted':
      return steps(['ordered', 'shipped', 'attempted', 'delivered'], 2);
    case 'exception':
      return hasBeenOut(track)
        ? steps(['ordered', 'shipped', 'problem', 'delivered'], 2)
        : steps(['ordered', 'problem', 'out_for_delivery', 'delivered'], 1);
    case 'delivered':
      return steps(['ordered', 'shipped', 'out_for_delivery', 'delivered'], 4);
    case 'returning':
      return steps(['ordered', 'shipped', 'returning', 'returned'], 2);
    case 'returned_to_sender':
      return steps(['ordered', 'shipped', 'returning', 'returned'], 4);
    case 'cancelled':
      return steps(['ordered', 'cancelled'], 2);
  }
}

function hasBeenOut({ events }: Pick<PublicTrack, 'events'>): boolean {
  return events.some(
    ({ status }) => status === 'out_for_delivery' || status === 'delivery_attempted',
  );
}

function steps(labels: readonly Label[], current: number): readonly Step[] {
  return labels.map((label, i) => ({
    label,
    state: i < current ? 'done' : i === current ? 'current' : 'todo',
  }));
}
