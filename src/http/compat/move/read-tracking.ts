import { z } from 'zod';
import type { Registry } from '../../../adapters/index.ts';
import { placeTimeFromIso } from '../../../kernel/time/zoned-time.ts';
import { newShipment } from '../../api/shipments/new-shipment.ts';
import { countryOf, newTracking, toRegistration } from '../aftership/input.ts';
import { aftershipWords } from '../aftership/subtags.ts';
import { GRAMS_PER_OUNCE } from '../easypost/tracker.ts';
import { NO_SITUATION, type Situation } from '../vocabulary.ts';
import {
  dayOf,
  faultText,
  ID_CHARS_MAX,
  type MovedEvent,
  placeOf,
  type ReadParcel,
  readParcel,
} from './moved-parcel.ts';

const text = z.string().nullish();

/** The members of AfterShip's tracking that are moved besides those of a new one. */
const movedTracking = newTracking.extend({
  id: z.string().min(1).max(ID_CHARS_MAX),
  legacy_id: z.string().max(ID_CHARS_MAX).nullish(),
  created_at: z.iso.datetime({ offset: true }),
  courier_estimated_delivery_date: z.object({ estimated_delivery_date: text }).nullish(),
  shipment_weight: z.object({ unit: text, value: z.number().nullish() }).nullish(),
  checkpoints: z
    .array(
      z.object({
        checkpoint_time: text,
        tag: text,
        subtag: text,
        city: text,
        state: text,
        postal_code: text,
        country_region: text,
        raw_tag: text,
      }),
    )
    .nullish(),
});
type MovedTracking = z.output<typeof movedTracking>;

/** Reads one of AfterShip's trackings. Pure. */
export function readTracking(registry: Registry, item: unknown): ReadParcel {
  const read = movedTracking.safeParse(item);
  const id = String(Object(item).id ?? '');
  if (!read.success) return { refused: { id, reason: `not a tracking: ${faultText(read.error)}` } };
  const tracking = read.data;
  return readParcel(id, () => ({
    externalIds: [id, ...(tracking.legacy_id ? [tracking.legacy_id] : [])],
    createdAtMs: Date.parse(tracking.created_at),
    wanted: newShipment(registry, {
      ...toRegistration(registry, tracking),
      weight_g: gramsOf(tracking.shipment_weight),
    }),
    events: (tracking.checkpoints ?? []).flatMap(eventOf),
    expectedOn: dayOf(tracking.courier_estimated_delivery_date?.estimated_delivery_date),
  }));
}

const GRAMS: Readonly<Record<string, number>> = {
  ...{ g: 1, kg: 1_000, lb: 16 * GRAMS_PER_OUNCE, oz: GRAMS_PER_OUNCE },
};

function gramsOf(weight: MovedTracking['shipment_weight']): number | null {
  const perUnit = GRAMS[weight?.unit?.toLowerCase() ?? ''];
  return weight?.value && perUnit ? Math.round(weight.value * perUnit) : null;
}

type Checkpoint = NonNullable<MovedTracking['checkpoints']>[number];

function eventOf(checkpoint: Checkpoint): MovedEvent[] {
  const time = placeTimeFromIso(checkpoint.checkpoint_time ?? '');
  if (time === null) return [];
  const { city, state, postal_code: postalCode, country_region: country } = checkpoint;
  return [
    {
      situation: situationOf(checkpoint),
      words: checkpoint.subtag || checkpoint.tag || 'Pending_001',
      code: checkpoint.raw_tag || null,
      time,
      place: placeOf(city, state, postalCode, countryOf(country ?? null)),
    },
  ];
}

/** A sub-tag without a rule means no more than its tag, whose plain sub-tag is the first. */
function situationOf({ tag, subtag }: Checkpoint): Situation {
  const words = aftershipWords();
  const plain = `${tag ?? subtag?.split('_')[0]}_001`;
  return (
    words.situationFor((theirs) => theirs === subtag) ??
    words.situationFor((theirs) => theirs === plain) ??
    NO_SITUATION
  );
}
