import type { Moment } from './moment.ts';
import type { ParcelPlace } from './parcel.ts';

/**
 * How bad the weather is at a destination: a port without a shipped implementation. Without it the
 * feature is missing, and a model neither learns nor uses it.
 */
export interface WeatherSeverity {
  /**
   * The severity forecast at that moment for the following days: from 0 (no delays) to 1 (nothing
   * moves); null: unknown. Consumers of the log wait for the answer, so it must come from a nearby
   * cache. Called once for a parcel, at its hand-over.
   */
  severityAt(destination: ParcelPlace, at: Moment): Promise<number | null>;
}

/** Queries the port; null if it fails or returns no severity. */
export async function weatherSeverity(
  port: WeatherSeverity,
  destination: ParcelPlace,
  at: Moment,
): Promise<number | null> {
  const severity = async () => port.severityAt(destination, at);
  return severityOf(await severity().catch(() => null));
}

/** A severity that can be learned from; null: invalid. */
export function severityOf(value: number | null): number | null {
  return value !== null && value >= 0 && value <= 1 ? value : null;
}
