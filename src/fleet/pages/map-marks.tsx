import { useMessages } from '../../http/console/kit/language.ts';
import { MapLegend } from '../../http/console/kit/map-frame.tsx';
import { CROWD_MIN, type MapData, type MapItem } from '../../http/maps/map-data.ts';
import type { MapCourier } from './courier-map/map-state.ts';

/** How a courier is marked on every map. A low battery is a warning. Pure. */
export function courierTone(courier: MapCourier): NonNullable<MapItem['tone']> {
  if (courier.silent_since !== null) return 'bad';
  const { pause, location, lat, position, battery_low: isLow } = courier;
  if (location !== null || lat === null || position === 'old' || isLow) return 'warn';
  return pause === null ? 'good' : 'soft';
}

/** What the marks on a dispatcher's map mean; only those that are on it. */
export function MarkLegend({
  data: { items, lines = [], areas = [] },
}: {
  readonly data: MapData;
}) {
  const words = useMessages().dispatch.marks;
  const has = (kind: MapItem['kind'], isMeant: (item: MapItem) => boolean = () => true) =>
    items.some((item) => item.kind === kind && isMeant(item));
  const toned = (wanted: MapItem['tone']) => (item: MapItem) =>
    item.tone === wanted && (wanted !== 'good' || item.route === undefined);
  const hasLine = (kind: string) =>
    lines.some((line) => line.kind === kind && line.points.length > 1);
  const keys = [
    ['letter', words.waiting, has('pickup', toned('warn'))],
    ['letter bad', words.untaken, has('pickup', toned('bad'))],
    ['pickup', words.pickup, has('pickup', ({ route }) => route !== undefined)],
    ['stop', words.stop, has('stop')],
    ['door', words.door, has('door')],
    ['route', words.route, hasLine('route')],
    ['left', words.left, hasLine('left')],
    ['trail', words.trail, hasLine('trail')],
    ['good', words.free, has('courier', toned('good'))],
    ['idle', words.paused, has('courier', toned('soft'))],
    ['warn', words.needsCare, has('courier', toned('warn'))],
    ['bad', words.silent, has('courier', toned('bad'))],
    ['several', words.several, items.filter(({ kind }) => kind === 'courier').length > CROWD_MIN],
    ['paused-key', words.pausedArea, areas.length > 0],
  ] as const;
  return <MapLegend label={words.legend} keys={keys} />;
}
