import { numbers } from '../numbers.ts';

/**
 * Unified Push wants the network named (a required member in public clients of 1.2.5), and a
 * number is all we have. Shapes that are several networks' have none here.
 */
const SERVICES: Readonly<Record<string, string>> = {
  express_10: 'express',
  express_piece: 'express',
  parcel_de_licence_plate: 'parcel-de',
  parcel_de_sscc: 'parcel-de',
  parcel_de_identcode: 'parcel-de',
  parcel_nl: 'parcel-nl',
  post_de_s10: 'post-de',
  ecommerce_gm: 'ecommerce',
  ecommerce_impb: 'ecommerce',
  ecommerce: 'ecommerce',
  dgf_housebill: 'dgf',
};

/** Below it a shape says too little: most such numbers are other carriers'. */
const CERTAINTY_MIN = 0.3;

/** The network (as in `service`) whose number this is by its shape; null when none is likely. */
export function pushServiceOf(number: string): string | null {
  const [likely] = numbers.recognise(number);
  if (likely === undefined || likely.certainty < CERTAINTY_MIN) return null;
  return SERVICES[likely.format] ?? null;
}
