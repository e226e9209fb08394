import { filled, type PredictionTexts } from '../calendar/words/texts.ts';
import { COMPARED_GROUPS } from '../lanes/comparison.ts';
import type { Driver } from '../model/forecast-parcel.ts';

/** What moved the model compared with other parcels, as a sentence. */
export function driverInWords(
  { feature, days }: Driver,
  { drivers, locale }: PredictionTexts,
): string {
  const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return filled(days > 0 ? drivers.longer : drivers.shorter, {
    what: drivers.features[feature] ?? ofGroup(feature, drivers) ?? feature.replaceAll('_', ' '),
    days: Math.abs(days).toLocaleString(locale, one),
  });
}

function ofGroup(feature: string, drivers: PredictionTexts['drivers']): string | null {
  const [, name = '', what, nr = ''] =
    /^([a-z]+)_(pace|residual|under_way)(?:_(\d+))?$/.exec(feature) ?? [];
  const group = COMPARED_GROUPS.find((each) => each === name);
  if (group === undefined) return null;
  const parcels = drivers.groups[group];
  if (what === 'under_way') return filled(drivers.under_way, { parcels });
  return what === 'pace'
    ? filled(drivers.pace, { share: nr, parcels })
    : filled(drivers.residual, { parcels, days: nr });
}
