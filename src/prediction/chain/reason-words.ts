import { numberFormat } from '../../kernel/time/formatters.ts';
import type { PredictionTexts } from '../calendar/window-words.ts';
import { COMPARED_GROUPS } from '../lanes/comparison.ts';
import type { Driver } from '../model/forecast-parcel.ts';
import type { Reason } from './prediction.ts';

/** A reason as a sentence. */
export function reasonInWords(reason: Reason, { reasons }: PredictionTexts): string {
  if (reason.code === 'holiday' && reason.name !== null) {
    return reasons.holiday_named({ date: reason.date, name: reason.name });
  }
  const text = reasons[reason.code];
  // A reason's text names members of the reason.
  return typeof text === 'string' ? text : text(reason as never);
}

/** What moved the model compared with other parcels, as a sentence. */
export function driverInWords(
  { feature, days }: Driver,
  { drivers }: PredictionTexts,
  locale: string,
): string {
  const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const features: Readonly<Record<string, string>> = drivers.features;
  const text = days > 0 ? drivers.longer : drivers.shorter;
  return text({
    what: features[feature] ?? ofGroup(feature, drivers) ?? feature.replaceAll('_', ' '),
    days: numberFormat(locale, one).format(Math.abs(days)),
  });
}

function ofGroup(feature: string, drivers: PredictionTexts['drivers']): string | null {
  const [, name = '', what, value = ''] =
    /^([a-z]+)_(pace|residual|under_way)(?:_(\d+))?$/.exec(feature) ?? [];
  const group = COMPARED_GROUPS.find((each) => each === name);
  if (group === undefined) return null;
  const parcels = drivers.groups[group];
  if (what === 'under_way') return drivers.under_way({ parcels });
  return what === 'pace'
    ? drivers.pace({ share: value, parcels })
    : drivers.residual({ parcels, days: value });
}
