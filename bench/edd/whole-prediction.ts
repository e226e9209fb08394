import { messagesIn } from '../../src/platform/messages/catalogue.ts';
import { localTimeAt } from '../../src/prediction/calendar/local-date.ts';
import { whyInWords, whyMoved } from '../../src/prediction/calendar/moved-words.ts';
import { acceptanceDay, placeCalendars } from '../../src/prediction/calendar/place-calendar.ts';

import { dayFormats, windowInWords } from '../../src/prediction/calendar/window-words.ts';
import { choosePrediction } from '../../src/prediction/chain/choose.ts';
import { hourProfile } from '../../src/prediction/last-mile/day-window.ts';
import { outForDelivery } from '../../src/prediction/last-mile/out-for-delivery.ts';

import { readPredictionPolicy } from '../../src/prediction/policy/policy.ts';
import { openHolidayBook } from '../../src/prediction/terms.ts';
import { decideWarning, missProbability, NO_WARNING } from '../../src/prediction/warning/decide.ts';
import { warningFigures } from '../../src/prediction/warning/score.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 19, 10);
const ZONE = 'Europe/Berlin';

/**
 * Prepares everything from three quantiles to the text that a person reads: the choice with its
 * calendar, the hours of the day of delivery, the risk of a broken promise, and the words.
 * @returns a function that makes one whole prediction, of parcel number `index`, from quantiles in
 * days.
 */
export async function openWholePrediction(root: string) {
  const policy = await readPredictionPolicy(`${root}config/prediction.yaml`);
  const calendarOf = placeCalendars(policy, await openHolidayBook());
  const texts = messagesIn('en').prediction;
  const formats = dayFormats('en-DE');
  const all = hourProfile(Array.from({ length: 1_000 }, (_, index) => 540 + ((index * 7) % 480)));
  const ledger: { probability: number; wasMissed: boolean }[] = [];

  return {
    /** Returns the figures of the warnings so far, as if every second parcel had been late. */
    figures: () => warningFigures(ledger, policy.warning.warn),
    predict(index: number, days: readonly number[]) {
      const service = { carrier: 'acme', serviceLevel: 'standard' };
      const calendar = calendarOf({ country: 'DE', region: null }, service);
      const startMs = NOW_MS - (index % 5) * DAY_MS;
      const promised = calendar.addBusinessDays('2026-11-19', index % 7);
      const quantiles = [0.1, 0.5, 0.9].map((share, at) => ({
        share,
        atMs: startMs + (days[at] ?? 0) * DAY_MS,
      }));
      const date = acceptanceDay(startMs, ZONE, calendar);
      const chosen = choosePrediction(policy, {
        candidates: [
          { source: 'model', quantiles, startMs, support: 1_000, drift: 0.02 },
          { source: 'rule', after: 'hand_over', date, isAbroad: false, record: null },
        ],
        nowMs: NOW_MS,
        zone: ZONE,
        calendar,
        service,
        promised,
      });
      const prediction = outForDelivery(policy, chosen, {
        nowMs: NOW_MS,
        zone: ZONE,
        lastDeliveryMinutes: calendar.lastDeliveryMinutes,
        profiles: { all },
      });
      const probability = missProbability(
        { quantiles, startMs },
        { date: promised, zone: ZONE },
        NOW_MS,
      );
      const warning = decideWarning(policy.warning, NO_WARNING, {
        promise: promised,
        probability,
        hasPassed: false,
      });
      if (probability !== null) ledger.push({ probability, wasMissed: index % 2 === 0 });
      const why = whyMoved({ date: promised, source: null }, prediction, null);
      return {
        prediction,
        warning: warning.step,
        text: windowInWords(prediction, localTimeAt(NOW_MS, ZONE), texts, formats),
        why: why === null ? null : whyInWords(why, texts, formats, () => null),
      };
    },
  };
}
