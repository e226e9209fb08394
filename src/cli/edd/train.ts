import { rename, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { modelToJson, trainModel, withoutCoordinates } from '../../prediction/index.ts';
import { UnusableFile, unusable } from '../input-file.ts';
import { readParcelFile } from './file.ts';

export interface EddTrainArgs {
  readonly data: string;
  /** The file for the model; gzipped if its name says so. */
  readonly out: string;
  readonly seed: number;
  /**
   * Whether to ignore the file's coordinates, because parcels in progress have none in an
   * installation.
   */
  readonly withoutCoordinates: boolean;
}

type Write = (line: string) => void;

/**
 * Runs `waybill edd train`, which writes a model learned from the whole file, and prints its card
 * as JSON. Starts no server and no database. Resolves with the exit code: 2 for files that cannot
 * be used.
 */
export async function eddTrain(
  { data, out, seed, withoutCoordinates: ignoresCoordinates }: EddTrainArgs,
  write: Write,
  writeError: Write,
): Promise<number> {
  try {
    const { parcels } = await readParcelFile(data, writeError);
    const model = trainModel(ignoresCoordinates ? parcels.map(withoutCoordinates) : parcels, seed);
    if (model.card.parcels === 0) throw new UnusableFile(`${data}: contains no delivered parcel`);
    const text = `${JSON.stringify(modelToJson(model))}\n`;
    // Written atomically: a concurrent reader finds the old model.
    const partial = `${out}.partial`;
    await writeFile(partial, out.endsWith('.gz') ? gzipSync(text) : text).catch(unusable(out));
    await rename(partial, out).catch(unusable(out));
    write(JSON.stringify(model.card));
    return 0;
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    writeError(error.message);
    return 2;
  }
}
