import {
  evaluate,
  evaluationJson,
  evaluationTable,
  type Parcel,
  withoutCoordinates,
} from '../../prediction/index.ts';
import { UnusableFile } from '../input-file.ts';
import { readParcelFile } from './file.ts';

export interface EddEvaluateArgs {
  readonly train: string;
  readonly test: string;
  readonly json: boolean;
  readonly seed: number;
  /**
   * Whether to ignore the files' coordinates, because parcels in progress have none in an
   * installation.
   */
  readonly withoutCoordinates: boolean;
}

type Write = (line: string) => void;

/**
 * Runs `waybill edd evaluate`, which measures how often dates would have come true if they had been
 * predicted at each acceptance of the test file. Starts no server and no database. Resolves with the
 * exit code: 2 for files that cannot be read.
 */
export async function eddEvaluate(
  { train, test, json, seed, withoutCoordinates: ignoresCoordinates }: EddEvaluateArgs,
  write: Write,
  writeError: Write,
): Promise<number> {
  try {
    const history = await readParcelFile(train, writeError);
    const tested = await readParcelFile(test, writeError);
    const prepared = (parcels: readonly Parcel[]) =>
      ignoresCoordinates ? parcels.map(withoutCoordinates) : parcels;
    const { figures, baselines } = evaluate(
      prepared(history.parcels),
      prepared(tested.parcels),
      seed,
    );
    if (figures.n === 0) throw new UnusableFile(`${test}: contains no delivered parcel`);
    write(
      json
        ? JSON.stringify(evaluationJson(figures, baselines))
        : evaluationTable(figures, baselines),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    writeError(error.message);
    return 2;
  }
}
