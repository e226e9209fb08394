import type { ComponentChildren } from 'preact';
import type { MapItem } from '../../http/maps/map-data.ts';

interface Props {
  /** Index of the colour, or the tone of a courier without a route; undefined: neither. */
  readonly of: number | MapItem['tone'];
  /** It is where parcels are fetched. */
  readonly isPickup?: boolean;
  /** The number of a stop. */
  readonly children?: ComponentChildren;
}

/** The colour of a courier or route on the map; nothing if it has none. */
export function RouteColour({ of, isPickup = false, children }: Props) {
  if (of === undefined) return null;
  return (
    <span
      class={`route-colour route-${of} ${isPickup ? 'at-pickup' : ''}`}
      aria-hidden={children === undefined}
    >
      {children}
    </span>
  );
}
