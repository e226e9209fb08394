import { type Model, ModelUnusable, modelFromJson, momentOf } from '../../prediction/index.ts';
import { readText, UnusableFile } from '../input-file.ts';
import { readParcelFile } from './file.ts';

export interface EddScoreArgs {
  readonly model: string;
  readonly parcels: string;
  /** The time for which dates are predicted; null: each parcel's acceptance. */
  readonly at: string | null;
}

type Write = (line: string) => void;
const DAY_MS = 86_400_000;

/**
 * Runs `waybill edd score`, which prints dates for parcels in progress, one JSON line each. Starts
 * no server and no database. Resolves with the exit code: 2 for files that cannot be used.
 */
export async function eddScore(
  { model: modelFile, parcels: file, at }: EddScoreArgs,
  write: Write,
  writeError: Write,
): Promise<number> {
  try {
    const atMs = at === null ? null : momentOf(at)?.instantMs;
    if (atMs === undefined)
      throw new UnusableFile(`--at ${at}: is not a time; write 2026-11-20T10:00Z`);
    const { learner } = await readModel(modelFile);
    const { parcels } = await readParcelFile(file, writeError);
    for (const parcel of parcels) {
      if (parcel.deliveredAt !== null) continue;
      const nowMs = Math.max(atMs ?? 0, parcel.handedOverAt.instantMs);
      const dates = learner.score(parcel, nowMs);
      const { promisedDay } = parcel;
      write(
        JSON.stringify({
          shipment_id: parcel.id,
          date: dateOf(dates.day),
          window: { from: dateOf(dates.fromDay), to: dateOf(dates.toDay) },
          customer_date: dateOf(dates.customerDay),
          promised_date: promisedDay === null ? null : dateOf(promisedDay),
        }),
      );
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    writeError(error.message);
    return 2;
  }
}

async function readModel(file: string): Promise<Model> {
  const text = await readText(file);
  try {
    return modelFromJson(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UnusableFile(`${file}: is not JSON; train a model with \`waybill edd train\``);
    }
    if (!(error instanceof ModelUnusable)) throw error;
    throw new UnusableFile(`${file}: ${error.message}`);
  }
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
