import { driverInWords, type PredictionTexts, reasonInWords } from '../../../prediction/index.ts';
import type { PredictionExplained } from '../../../reactions/predictions/index.ts';
import { iso } from '../../../tracking/index.ts';
import { Instant, Table } from '../../console/parts/pieces.tsx';

interface Props {
  readonly explained: PredictionExplained;
  readonly words: PredictionTexts;
}

const WHOSE: Readonly<Record<'ours' | 'carrier' | 'promise', string>> = {
  ours: 'the hub',
  carrier: 'the carrier',
  promise: 'promised at checkout',
};
/** The newest ones tell enough. */
const SHOWN_MAX = 12;

/** Which date the parcel has, why, and which were shown before. */
export function Prediction({ explained, words }: Props) {
  const { prediction, shown } = explained;
  const { date, confidence, reasons, drivers, missProbability, isAtRisk } = prediction;
  return (
    <section aria-labelledby="prediction">
      <h2 id="prediction">Delivery date and why</h2>
      <p>
        {date === null
          ? 'No date can be told.'
          : `${date}, ${Math.round(confidence * 100)} % sure.`}{' '}
        {isAtRisk && missProbability !== null && (
          <strong>
            The promised day will be missed with {Math.round(missProbability * 100)} % probability.
          </strong>
        )}
      </p>
      <ul>
        {reasons.map((reason) => (
          <li key={JSON.stringify(reason)}>{reasonInWords(reason)}</li>
        ))}
        {drivers.map((driver) => (
          <li key={driver.feature}>{driverInWords(driver, words)}</li>
        ))}
      </ul>
      <p class="soft">
        Worked out <Instant at={iso(prediction.madeAtMs)} />
      </p>
      {shown.length > 0 && (
        <details>
          <summary>Dates that were shown</summary>
          <Table
            label="Dates that were shown"
            head={['When', 'By', 'Status then', 'Date', 'Days off']}
            stacks
          >
            {shown
              .slice(-SHOWN_MAX)
              .toReversed()
              .map((row) => (
                <tr key={`${row.whose} ${row.shownAtMs}`}>
                  <td>
                    <Instant at={iso(row.shownAtMs)} />
                  </td>
                  <td>{WHOSE[row.whose]}</td>
                  <td>{row.stage.replaceAll('_', ' ')}</td>
                  <td>{row.date}</td>
                  <td>{row.errorDays ?? '–'}</td>
                </tr>
              ))}
          </Table>
        </details>
      )}
    </section>
  );
}
