import type { Moment } from './moment.ts';
import type { ParcelPlace } from './parcel.ts';

/**
 * How bad the weather is where a parcel goes: a port of which nothing is shipped. Without it the
 * feature is missing, and a model neither learns nor asks for it.
 */
export interface WeatherSeverity {
  /**
   * What was known at that moment of the days after it: from 0 (nothing that holds anybody up) to 1
   * (nothing moves); null: nobody can say. Consumers of the log wait for the answer, so it comes from
   * what is kept nearby. Asked once for a parcel, at its hand-over.
   */
  severityAt(destination: ParcelPlace, at: Moment): Promise<number | null>;
}

/** Asked of the port; null where it fails or says what is no severity. */
export async function weatherSeverity(
  port: WeatherSeverity,
  destination: ParcelPlace,
  at: Moment,
): Promise<number | null> {
  const severity = async () => port.severityAt(destination, at);
  return severityOf(await severity().catch(() => null));
}

/** A severity as it may be learned from; null: it is none. */
export function severityOf(value: number | null): number | null {
  return value !== null && value >= 0 && value <= 1 ? value : null;
}
