import type { ComponentChildren } from 'preact';

interface Props {
  /** Index of the colour; undefined: the route is not drawn. */
  readonly of: number | undefined;
  /** It is where parcels are fetched. */
  readonly isPickup?: boolean;
  /** The number of a stop. */
  readonly children?: ComponentChildren;
}

/** The colour of a courier's route on the map; nothing if it is not drawn. */
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
