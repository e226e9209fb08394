import { isUuid } from '../../kernel/ids.ts';
import { eraseNamed } from '../../tracking/ports/running.ts';
import { withMappings } from '../mappings/with-mappings.ts';

const FAILED = 1;
const UNUSABLE = 2;

/**
 * Runs `waybill erase ID…`, which destroys the data of the shipments, here, in the lists next to
 * every backup location, and so in anything restored from them.
 *
 * @returns the exit code: 1 if one of them does not exist (any more).
 */
export async function runErase(env: NodeJS.ProcessEnv, ids: readonly string[]): Promise<number> {
  const odd = ids.filter((id) => !isUuid(id));
  if (odd.length > 0) {
    process.stderr.write(`${odd.join(', ')}: expected ids of shipments, as the API shows them.\n`);
    return UNUSABLE;
  }
  return withMappings(env, async ({ tracking }) => {
    let code = 0;
    for (const id of ids) {
      if (await eraseNamed(tracking, id)) process.stdout.write(`${id} erased\n`);
      else {
        code = FAILED;
        process.stderr.write(`${id}: there is no such shipment, or it is erased already\n`);
      }
    }
    return code;
  });
}
