import { evaluate, evaluationJson, evaluationTable } from '../prediction/index.ts';
import { readParcelFile, UnusableFile } from './edd-file.ts';

export interface EddEvaluateArgs {
  readonly train: string;
  readonly test: string;
  readonly json: boolean;
  readonly seed: number;
}

type Write = (line: string) => void;

/**
 * `waybill edd evaluate`: how well dates would have come true, had they been predicted at each
 * hand-over of the test file. Starts no server and no database. Resolves with the exit code: 2 for
 * files that cannot be read.
 */
export async function eddEvaluate(
  { train, test, json, seed }: EddEvaluateArgs,
  write: Write,
  complain: Write,
): Promise<number> {
  try {
    const history = await readParcelFile(train, complain);
    const tested = await readParcelFile(test, complain);
    const { figures, baselines } = evaluate(history.parcels, tested.parcels, seed);
    if (figures.n === 0) throw new UnusableFile(`${test}: no parcel in it was delivered`);
    write(
      json
        ? JSON.stringify(evaluationJson(figures, baselines))
        : evaluationTable(figures, baselines),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    complain(error.message);
    return 2;
  }
}
