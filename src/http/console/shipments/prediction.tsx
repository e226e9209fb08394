import { localeOf, percentIn } from '../../../platform/messages/catalogue.ts';
import { driverInWords, reasonInWords } from '../../../prediction/index.ts';
import type { PredictionExplained } from '../../../reactions/predictions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { useDates } from '../kit/dates.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { FoldedCard } from '../kit/layout.tsx';
import { Moment, Table } from '../kit/pieces.tsx';

interface Props {
  /** Null: none has been computed yet. */
  readonly explained: PredictionExplained | null;
  readonly nowMs: number;
  /** Whether the parcel may still arrive; otherwise only earlier estimates are shown. */
  readonly mayArrive: boolean;
}

/** The newest ones are enough. */
const SHOWN_MAX = 12;

/** The reasons for the parcel's estimate, and earlier estimates; nothing if there are none. */
export function Prediction({ explained, nowMs, mayArrive }: Props) {
  const { language } = useSpoken();
  const { desk, prediction: words, shipmentPage, status } = useMessages();
  const { timeline } = shipmentPage;
  const texts = desk.shipment;
  const statuses: Readonly<Record<string, string>> = status.short;
  const dates = useDates(nowMs);
  const { prediction = null, shown = [] } = explained ?? {};
  const { missProbability = null, isAtRisk = false } = prediction ?? {};
  const latest = shown.at(-1);
  if ((!mayArrive || prediction === null) && shown.length === 0) return null;
  return (
    <FoldedCard id="prediction" title={texts.estimate} brief={latest && dates.day(latest.date)}>
      {mayArrive && (
        <>
          {isAtRisk && missProbability !== null && (
            <div class="late">
              {texts.missed({ percent: percentIn(language, missProbability) })}
            </div>
          )}
          {prediction !== null && (
            <details class="why">
              <summary>{timeline.why}</summary>
              <ul class="plain">
                {prediction.reasons.map((reason) => (
                  <li key={JSON.stringify(reason)}>{reasonInWords(reason, words)}</li>
                ))}
                {prediction.drivers.map((driver) => (
                  <li key={driver.feature}>{driverInWords(driver, words, localeOf(language))}</li>
                ))}
              </ul>
              <p class="soft">
                {texts.workedOut} <Moment at={iso(prediction.madeAtMs)} nowMs={nowMs} />
              </p>
            </details>
          )}
        </>
      )}
      {shown.length > 0 && (
        <details>
          <summary>{texts.shownDates}</summary>
          <Table label={texts.shownDates} head={Object.values(texts.shownHead)} stacks>
            {shown
              .slice(-SHOWN_MAX)
              .toReversed()
              .map((row) => (
                <tr key={`${row.whose} ${row.shownAtMs}`}>
                  <td>
                    <Moment at={iso(row.shownAtMs)} nowMs={nowMs} />
                  </td>
                  <td>{texts.whose[row.whose]}</td>
                  <td>{statuses[row.stage] ?? row.stage.replaceAll('_', ' ')}</td>
                  <td>{dates.day(row.date)}</td>
                  <td>{row.errorDays ?? '–'}</td>
                </tr>
              ))}
          </Table>
        </details>
      )}
    </FoldedCard>
  );
}
