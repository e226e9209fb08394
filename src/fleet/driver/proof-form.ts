import type { FormPart } from './ports.ts';
import type { QueueItem } from './stored.ts';
import type { DriverFile, Proof } from './wire.ts';

/** Decimals of a degree: a centimetre on the ground, and never `1e-7`. */
const DEGREE_DIGITS = 7;

/** The parts of the form for `POST /v1/driver/proofs`. */
export function proofForm(
  { id, at }: Pick<QueueItem, 'id' | 'at'>,
  { shipment_ids, signature, received_by, pin, lat, lng, accuracy_m }: Omit<Proof, 'photos'>,
  photos: readonly DriverFile[],
): readonly FormPart[] {
  const texts: readonly (readonly [name: string, text: string | undefined])[] = [
    ['id', id],
    ['at', at],
    ['shipment_ids', shipment_ids.join(',')],
    ['received_by', received_by],
    ['pin', pin],
    ['lat', lat?.toFixed(DEGREE_DIGITS)],
    ['lng', lng?.toFixed(DEGREE_DIGITS)],
    ['accuracy_m', accuracy_m?.toFixed(1)],
  ];
  return [
    ...texts.flatMap(([name, text]) => (text === undefined ? [] : [{ name, text }])),
    ...photos.map((file, index) => ({ name: 'photo', file, filename: `photo-${index + 1}.jpg` })),
    ...(signature === undefined
      ? []
      : [{ name: 'signature', json: JSON.stringify(signature), filename: 'signature.json' }]),
  ];
}
