import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCassette } from '../../cassettes/cassette.ts';
import { replayCassette } from '../../cassettes/replay-cassette.ts';
import type { ConformanceCheck, ReadSubject } from '../check.ts';

const CASSETTE = '.cassette.json';

/**
 * Replays recordings of the real carrier (`fixtures/*.cassette.json`, `waybill carrier record`) to
 * the adapter: each of its calls finds an answer, each number gets one outcome, and `parse` reads
 * from each answer a report about that number.
 */
export function cassetteChecks({
  adapter,
  folder,
}: Pick<ReadSubject, 'adapter' | 'folder'>): readonly ConformanceCheck[] {
  const fixtures = join(folder, 'fixtures');
  const files = readdirSync(fixtures).filter((file) => file.endsWith(CASSETTE));
  if (adapter.track === undefined || files.length === 0) return [];
  return [
    {
      id: 'pull.cassettes',
      title: 'replays recorded calls and reads each answer',
      skip: null,
      fix: 'track.ts; or record it again with `waybill carrier record`. `waybill carrier replay` shows a recording.',
      async problems() {
        const found: string[] = [];
        for (const file of files) {
          const path = join(fixtures, file);
          for (const problem of await problemsOf(adapter, path)) found.push(`${file}: ${problem}`);
        }
        return found;
      },
    },
  ];
}

async function problemsOf(
  adapter: ReadSubject['adapter'],
  path: string,
): Promise<readonly string[]> {
  const cassette = readCassette(readFileSync(path, 'utf8'), path);
  const { name } = adapter.manifest;
  if (cassette.carrier !== name) return [`it is of "${cassette.carrier}"`];
  const { outcomes, unanswered } = await replayCassette(adapter, cassette);
  const problems = unanswered.map((call) => `there is no answer to ${call}`);
  for (const number of cassette.tracking_numbers) {
    const ours = outcomes.filter(({ trackingNumber }) => trackingNumber === number);
    const [outcome] = ours;
    if (outcome === undefined || ours.length > 1) {
      problems.push(`${number} has ${ours.length} outcomes`);
    } else if (outcome.outcome === 'answer') {
      const { text, httpStatus } = outcome;
      const read = adapter.parse({ text, httpStatus, kind: 'track', requestedNumber: number });
      if (read.outcome !== 'reports') problems.push(`${number}: parse says ${read.outcome}`);
    }
  }
  return problems;
}
