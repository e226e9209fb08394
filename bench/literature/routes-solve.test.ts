import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type RoutesSolveArgs, routesSolve } from './routes-solve.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-routes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EXAMPLES = join(import.meta.dirname, '../../examples/routes');
const harbour = join(EXAMPLES, 'harbour.tsp');
const rounds = join(EXAMPLES, 'morning-round.jsonl');

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(changes: Partial<RoutesSolveArgs>) {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await routesSolve(
    {
      files: [],
      ms: 200,
      iterations: 200,
      seed: 1,
      out: null,
      json: true,
      vroom: null,
      ...changes,
    },
    (line) => void out.push(line),
    (line) => void complaints.push(line),
  );
  return { code, out, complaints };
}

describe('routes solve', () => {
  it('prints a line per instance, whatever the format, gzipped or not', async () => {
    const zipped = file('rounds.jsonl.gz', gzipSync(readFileSync(rounds)));
    const { code, out } = await run({ files: [harbour, rounds, zipped] });
    expect(code).toBe(0);
    const lines = out.map((line) => JSON.parse(line));
    expect(lines.map(({ name }) => name)).toEqual([
      'harbour',
      ...['morning round', 'afternoon round'],
      ...['morning round', 'afternoon round'],
    ]);
    expect(lines[0]).toEqual({
      name: 'harbour',
      length: 160,
      order: [1, ...lines[0].order.slice(1)],
      feasible: true,
      ms: expect.any(Number),
    });
    expect(lines[1]).toMatchObject({ length: 86, order: [2, 3, 1, 4], feasible: true });
  });

  it('takes the processor time it is given, and little more', async () => {
    const { out } = await run({ files: [harbour], iterations: null, ms: 200 });
    expect(JSON.parse(out[0] ?? '').ms).toBeGreaterThanOrEqual(200);
    expect(JSON.parse(out[0] ?? '').ms).toBeLessThan(1_000);
  });

  it('writes the same lines to a file', async () => {
    const to = join(folder, 'out.jsonl');
    const { out } = await run({ files: [rounds], out: to });
    expect(readFileSync(to, 'utf8')).toBe(out.map((line) => `${line}\n`).join(''));
  });

  it('has VROOM solve those with windows, and does so itself when VROOM cannot', async () => {
    const problems: { readonly jobs: readonly object[] }[] = [];
    const server = createServer(async (request, response) => {
      problems.push((await json(request)) as { jobs: object[] });
      const steps = [2, 3, 1, 4].map((id) => ({ type: 'job', id }));
      response.end(JSON.stringify({ code: 0, unassigned: [], routes: [{ vehicle: 1, steps }] }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const vroom = { url: `http://127.0.0.1:${port}`, timeoutMs: 60_000 };
    const { code, out, complaints } = await run({ files: [harbour, rounds], vroom });
    server.close();
    const lines = out.map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(lines[0]).not.toHaveProperty('solver');
    expect(lines[1]).toMatchObject({ length: 86, order: [2, 3, 1, 4], solver: 'vroom' });
    expect(problems[0]?.jobs).toHaveLength(4);
    // The morning's order does not apply to the afternoon.
    expect(lines[2]).toMatchObject({ name: 'afternoon round', feasible: true });
    expect(lines[2]).not.toHaveProperty('solver');
    expect(complaints).toEqual([expect.stringContaining('afternoon round: solved without VROOM')]);
  });

  it('reports its findings in words', async () => {
    const late = file(
      'late.jsonl',
      '{"name":"late","matrix":[[0,5],[5,0]],"windows":[[0,9],[0,3]]}',
    );
    const { out } = await run({ files: [harbour, late], json: false });
    expect(out[0]).toMatch(/^harbour: 8 places, length 160 \([\d.]+ ms\)$/);
    expect(out[1]).toMatch(/^late: 1 places, length 10, but some windows are missed \(/);
  });

  it('distributes the places over several vehicles, within their capacity', async () => {
    const fleet = {
      name: 'two vans',
      vehicles: 2,
      capacity: 3,
      demands: [0, 2, 1, 2, 1],
      service_times: [0, 1, 1, 1, 1],
      windows: Array(5).fill([0, 90]),
      matrix: [
        [0, 5, 6, 5, 6],
        [5, 0, 1, 9, 9],
        [6, 1, 0, 9, 9],
        [5, 9, 9, 0, 1],
        [6, 9, 9, 1, 0],
      ],
    };
    const two = file('fleet.jsonl', JSON.stringify(fleet));
    const { out } = await run({ files: [two] });
    const solved = JSON.parse(out[0] ?? '');
    expect(solved).toMatchObject({ length: 24, feasible: true });
    expect(solved.routes.map((route: number[]) => [...route].sort()).sort()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(solved.order).toEqual(solved.routes.flat());
    const small = file('small.jsonl', JSON.stringify({ ...fleet, capacity: 2 }));
    const { out: words } = await run({ files: [small], json: false });
    expect(words[0]).toMatch(/^two vans: 3 places on 2 vehicles, .+ but not all places fit/);
    const wrong = file('wrong.jsonl', JSON.stringify({ ...fleet, demands: [1] }));
    expect((await run({ files: [wrong] })).complaints.join()).toMatch(/demands is not 5 numbers/);
  });

  it.each([
    ['a file that does not exist', join(folder, 'none.tsp'), /none\.tsp: no such file or folder/],
    [
      'a damaged gzip',
      file('broken.gz', Buffer.from([0x1f, 0x8b, 1, 2])),
      /broken\.gz:1: .+; copy/,
    ],
    ['a bad line', file('bad.jsonl', '\n{"name":"x"}\n'), /bad\.jsonl:2: matrix is missing/],
    ['prose', file('prose.txt', 'hello'), /prose\.txt:1: .+ this is not a TSPLIB file/],
  ])('ends with 2 and says where and what to do for %s', async (_, bad, complaint) => {
    const { code, out, complaints } = await run({ files: [harbour, bad] });
    expect(code).toBe(2);
    expect(out).toHaveLength(1);
    expect(complaints.join('\n')).toMatch(complaint);
  });

  it('ends with 2 if the answer cannot be written', async () => {
    const { code, complaints } = await run({ files: [harbour], out: join(folder, 'no/where') });
    expect(code).toBe(2);
    expect(complaints.join()).toMatch(/no such file or folder/);
  });
});
