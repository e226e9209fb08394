import { wallClockMs } from '../../../kernel/time/place-time.ts';
import type { ReportedEstimate } from '../../contract/contract.ts';
import type { Detail } from '../schema.ts';

/**
 * When USPS expects to deliver: expected, else predicted, else guaranteed date. The window
 * belongs to the predicted date; without one, a stated latest hour ("by 9:00 pm") closes the day.
 * v3r2 gathers in `deliveryDateExpectation` what v3 spreads over the answer; both are read.
 */
export function readEstimate(detail: Detail): ReportedEstimate | null {
  const gathered = detail.deliveryDateExpectation;
  const expected =
    gathered?.expectedDeliveryDate ??
    detail.expectedDeliveryTimeStamp ??
    detail.expectedDeliveryDate;
  const predicted = gathered?.predictedDeliveryDate ?? detail.predictedDeliveryDate;
  const guaranteed =
    gathered?.guaranteedDeliveryDate ??
    detail.guaranteedDeliveryTimeStamp ??
    detail.guaranteedDeliveryDate;
  const chosen = [expected, predicted, guaranteed].find((text) => dateOf(text) !== null) ?? null;
  const date = dateOf(chosen);
  if (date === null) return null;
  const from = clockOf(
    gathered?.predictedDeliveryWindowStartTime ?? detail.predictedDeliveryWindowStartTime,
  );
  const to = clockOf(
    gathered?.predictedDeliveryWindowEndTime ?? detail.predictedDeliveryWindowEndTime,
  );
  const windowDate = dateOf(predicted) ?? date;
  if (from !== null && to !== null && from < to && windowDate === date) {
    return { date, from: `${date}T${from}`, to: `${date}T${to}` };
  }
  const latest =
    clockWithin(chosen) ??
    clockOf(detail.expectedDeliveryTime) ??
    clockOf(gathered?.endOfDay ?? detail.endOfDay);
  return { date, from: null, to: latest === null ? null : `${date}T${latest}` };
}

function dateOf(text: string | null | undefined): string | null {
  const date = text?.slice(0, 10) ?? '';
  return wallClockMs(date) === null ? null : date;
}

/** The clock of a timestamp; midnight means "no clock" in these members. */
function clockWithin(timestamp: string | null): string | null {
  const clock = clockOf(/T(\d{2}:\d{2})/.exec(timestamp ?? '')?.[1]);
  return clock === '00:00:00' ? null : clock;
}

/** `1:15 pm`, `13:15`, `13:15:00` → `13:15:00`; null when it is no time of day. */
export function clockOf(text: string | null | undefined): string | null {
  const m = /^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?\.?m?\.?$/i.exec(text?.trim() ?? '');
  if (!m) return null;
  const half = m[4]?.toLowerCase();
  const stated = Number(m[1]);
  if (half !== undefined && (stated < 1 || stated > 12)) return null;
  const hour = half === undefined ? stated : (stated % 12) + (half === 'p' ? 12 : 0);
  const clock = `${String(hour).padStart(2, '0')}:${m[2]}:${m[3] ?? '00'}`;
  return wallClockMs(`2000-01-01T${clock}`) === null ? null : clock;
}
