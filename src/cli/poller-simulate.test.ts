import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { makeParcels, toJsonLines } from '../../test/support/parcels/parcel-histories.ts';
import { type PollerSimulateArgs, pollerSimulate } from './poller-simulate.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(changes: Partial<PollerSimulateArgs>) {
  const out: string[] = [];
  const complaints: string[] = [];
  const args: PollerSimulateArgs = {
    train: null,
    history: '',
    callsOf: 'fixed',
    budget: 1,
    relearnDays: null,
    policies: ['fixed', 'flat', 'adaptive'],
    ceilingS: 21_600,
    floorS: 300,
    svg: null,
    json: true,
    ...changes,
  };
  const code = await pollerSimulate(
    args,
    (line) => void out.push(line),
    (line) => void complaints.push(line),
  );
  return { code, out, complaints };
}

describe('waybill poller simulate', () => {
  it.each([
    [
      'a file that does not exist',
      join(folder, 'none.jsonl'),
      /none\.jsonl: no such file or folder/,
    ],
    ['a folder', folder, /: is a folder; pass a file$/],
    [
      'a damaged gzip',
      file('broken.gz', Buffer.from([0x1f, 0x8b, 1, 2])),
      /broken\.gz:1: .+; copy/,
    ],
    ['a line that is not JSON', file('bad.jsonl', '{"id":\n'), /bad\.jsonl:1: is not JSON; /],
    ['columns that are missing', file('bad.csv', 'number,status\n'), /bad\.csv:1: column /],
    ['an empty file', file('empty.jsonl', ' \n'), /empty\.jsonl:1: is empty; /],
  ])('ends with 2 and says where and what to do for %s', async (_, history, complaint) => {
    const { code, out, complaints } = await run({ history });
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(complaints.join('\n')).toMatch(complaint);
  });

  it('ends with 2 when no parcel is left after relearning', async () => {
    const history = file('short.jsonl', toJsonLines(makeParcels(20, 1).slice(0, 1)));
    const { code, complaints } = await run({ history, relearnDays: 3 });
    expect(code).toBe(2);
    expect(complaints.join()).toMatch(/none is left after 3 days/);
  });

  it('reads gzipped JSON lines and CSV, prints one JSON object and draws', async () => {
    const history = file('made.jsonl.gz', gzipSync(toJsonLines(makeParcels(40, 2))));
    const train = file(
      'train.csv',
      'tracking_number,carrier,service,time_zone,created_at,edd,occurred_at,status\n' +
        'T1,acme,,UTC,2026-01-05T08:00:00Z,,2026-01-07T08:00:00Z,delivered\n',
    );
    const svg = join(folder, 'plot.svg');
    const { code, out } = await run({ history, train, svg });
    expect(code).toBe(0);
    expect(out).toHaveLength(1);
    expect(Object.keys(JSON.parse(out[0] ?? '').policies)).toEqual(['fixed', 'flat', 'adaptive']);
    expect(readFileSync(svg, 'utf8')).toContain('<svg');
  });

  it('tests only the requested policies, and prints a table without --json', async () => {
    const history = file('few.jsonl', toJsonLines(makeParcels(10, 3)));
    const { out } = await run({ history, policies: ['adaptive'], json: false });
    expect(out.join('\n')).toMatch(/^10 parcels/);
    expect(out.join('\n')).not.toMatch(/^flat/m);
  });
});
