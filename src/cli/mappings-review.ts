import { showCodes } from '../normalization/index.ts';
import { reviewEntries } from '../tracking/index.ts';
import { withDatabase } from './with-database.ts';

/** `waybill mappings review`: codes that no mapping knows, most seen first, with an example. */
export async function mappingsReview(
  env: NodeJS.ProcessEnv,
  options: { limit: number; json: boolean },
  write: (line: string) => void,
): Promise<number> {
  return withDatabase(env, async ({ database }) => {
    const entries = await reviewEntries(database.pipeline, options.limit);
    for (const entry of entries) {
      const shown = {
        carrier: entry.carrier,
        codes: entry.codes,
        seen: Number(entry.seen_count),
        first_seen: entry.first_seen_at.toISOString(),
        last_seen: entry.last_seen_at.toISOString(),
        example_receipt: entry.example_receipt_id,
      };
      write(
        options.json
          ? JSON.stringify(shown)
          : `${shown.carrier}  ${showCodes(shown.codes)}  seen ${shown.seen}, last ${shown.last_seen}`,
      );
    }
    if (entries.length === 0 && !options.json) write('Every code seen so far is mapped.');
    return 0;
  });
}
