import { describe, expect, it } from 'vitest';
import { etaDrive } from './eta-drive.ts';

async function run(from: string, to: string, env: NodeJS.ProcessEnv = {}, json = true) {
  const out: string[] = [];
  const complaints: string[] = [];
  const args = { from, to, vehicle: 'van', json } as const;
  const code = await etaDrive(
    args,
    env,
    (line) => void out.push(line),
    (line) => void complaints.push(line),
  );
  return { code, out: out.join('\n'), complaints };
}

describe('waybill eta drive', () => {
  it('says what the straight line says where no server is configured, and that it does', async () => {
    const { code, out, complaints } = await run('47.1,9.5', '47.2,9.5', {}, false);
    expect(code).toBe(0);
    expect(out).toMatch(/^34\.7 min \(.*\), 14\.5 km, by the straight line/);
    expect(complaints).toEqual(['ROADS_ENGINE and ROADS_URL are not set: no server is asked']);
  });

  it('ends with 1 where the server does not answer', async () => {
    const env = { ROADS_ENGINE: 'osrm', ROADS_URL: 'http://127.0.0.1:1/' };
    const { code, out, complaints } = await run('47.1,9.5', '47.2,9.5', env);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ by: 'straight_line', distance_m: 14_455 });
    expect(complaints).toEqual(['http://127.0.0.1:1 did not answer: network']);
  });

  it('says which argument or setting it cannot use', async () => {
    for (const bad of ['here', '91,0', '1,181', '1', '1,2,3', '1e1,2']) {
      expect(await run('47.1,9.5', bad)).toMatchObject({
        code: 2,
        complaints: [`"${bad}": expected latitude,longitude, such as 47.141,9.521`],
      });
    }
    const { code, complaints } = await run('1,1', '2,2', { ROADS_ENGINE: 'osrm' });
    expect(code).toBe(2);
    expect(complaints.join()).toContain('ROADS_URL: expected both this and ROADS_ENGINE');
    expect((await run('1,1', '2,2', { ROADS_ENGINE: 'maps', ROADS_URL: 'http://a' })).code).toBe(2);
  });
});
