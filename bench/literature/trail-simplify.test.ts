import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createProgram } from './program.ts';
import { type TrailSimplifyArgs, trailSimplify } from './trail-simplify.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-trail-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(path: string, changes: Partial<TrailSimplifyArgs> = {}) {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await trailSimplify(
    { file: path, maxErrorM: 10, out: null, json: true, ...changes },
    (line) => void out.push(line),
    (line) => void complaints.push(line),
  );
  return { code, out, complaints };
}

const TWO = `trail,note,t,x,y
a,"start, at last",0,0,0
a,,5,50,1
a,,10,100,0
b,,0,0,0
b,,5,50,40
b,,10,100,0
`;

describe('trail simplify', () => {
  it('counts the remaining rows, and writes them unchanged', async () => {
    const out = join(folder, 'left.csv');
    const { code, out: said } = await run(file('two.csv', TWO), { out });
    expect(code).toBe(0);
    expect(JSON.parse(said.join(''))).toEqual({
      trails: 2,
      points: 6,
      kept: 5,
      kept_share: 0.83333,
      sed_max_m: 1,
      sed_p95_m: 1,
    });
    expect(readFileSync(out, 'utf8')).toBe(
      TWO.split('\n')
        .filter((line) => line !== 'a,,5,50,1')
        .join('\n'),
    );
    expect(existsSync(`${out}.part`)).toBe(false);
  });

  it('reads and writes gzip, degrees, ISO times and Windows lines', async () => {
    const csv =
      '\ufeffTrail,ts,lat,lng\r\na,2026-11-22T10:00:00Z,53.5,9.9\r\na,2026-11-22T11:00:05+01:00,53.5001,9.9\r\na,1795341610,53.5002,9.9';
    const out = join(folder, 'left.csv.gz');
    const { code, out: said } = await run(file('degrees.csv.gz', gzipSync(csv)), { out });
    expect([code, JSON.parse(said.join('')).kept]).toEqual([0, 2]);
    const left = gunzipSync(readFileSync(out)).toString().trim().split('\n');
    expect(left.map((line) => line.split(',')[1])).toEqual([
      'ts',
      '2026-11-22T10:00:00Z',
      '1795341610',
    ]);
  });

  it('puts the fixes of a trail in order of time', async () => {
    const shuffled = 'trail,t,x,y\na,10,100,0\na,0,0,0\na,5,50,1\n';
    const out = join(folder, 'sorted.csv');
    expect((await run(file('shuffled.csv', shuffled), { out })).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe('trail,t,x,y\na,0,0,0\na,10,100,0\n');
  });

  it('leaves out rows that cannot be read, and says which and why', async () => {
    const bad = 'trail,ts,lat,lng\na,0,53,9\na,soon,53,9\na,5,91,9\n,6,53,9\na,7,53\na,9,53,9\n';
    const path = file('bad.csv', bad);
    const { code, out, complaints } = await run(path);
    expect([code, JSON.parse(out.join('')).points]).toEqual([0, 2]);
    expect(complaints).toEqual([
      `${path}:3: row left out: ts is "soon"; expected seconds or an ISO 8601 time`,
      `${path}:4: row left out: lat is "91"; expected a number from -90 to 90`,
      `${path}:5: row left out: it has no trail`,
      `${path}:6: row left out: lng is ""; expected a number from -180 to 180`,
    ]);
  });

  it.each([
    ['without.csv', 'trail,time\na,1\n', /:1: found the columns trail, time; pass CSV with/],
    ['empty.csv', '', /:1: is empty; pass CSV/],
    ['header.csv', 'trail,t,x,y\n', /contains no row that can be used/],
    ['apart.csv', 'trail,t,x,y\na,0,0,0\nb,0,0,0\na,1,1,1\n', /:4: trail a goes on after another/],
    ['cut.csv.gz', gzipSync(TWO).subarray(0, 40), /ends too soon; copy it again/],
    ['no.csv.gz', 'no gzip at all', /is a damaged gzip file; copy it again/],
  ])('refuses %s in words and leaves no file behind', async (name, content, words) => {
    const out = join(folder, `${name}.left`);
    const { code, out: said, complaints } = await run(file(name, content), { out });
    expect([code, said]).toEqual([2, []]);
    expect(complaints.join('\n')).toMatch(words);
    expect([existsSync(out), existsSync(`${out}.part`)]).toEqual([false, false]);
  });

  it('reports files it cannot open or write', async () => {
    expect((await run(join(folder, 'nix.csv'))).complaints[0]).toMatch(/no such file/);
    const { code, complaints } = await run(file('two.csv', TWO), { out: join(folder, 'nix/left') });
    expect([code, complaints.join()]).toEqual([2, expect.stringMatching(/cannot be written/)]);
  });

  it('allows 10 m when nothing else is said', async () => {
    const rows = (offM: number) => `trail,t,x,y\na,0,0,0\na,5,50,${offM}\na,10,100,0\n`;
    const left = async (offM: number) => {
      const out = join(folder, `off-${offM}.csv`);
      const given = ['trail', 'simplify', file(`by-${offM}.csv`, rows(offM)), '--out', out];
      const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      try {
        await createProgram().parseAsync(given, { from: 'user' });
      } finally {
        write.mockRestore();
      }
      return readFileSync(out, 'utf8').trim().split('\n').length - 1;
    };
    expect([await left(9.9), await left(10.1)]).toEqual([2, 3]);
  });
});
