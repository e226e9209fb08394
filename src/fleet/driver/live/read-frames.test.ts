import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameReader } from './read-frames.ts';

const STREAM =
  'retry: 3000\n\n: still here\n\nid: a.1\nevent: route\ndata: {"revision":"a"}\n\nevent: ended\r\ndata: {}\r\n\r\n';

describe('a stream of server-sent events', () => {
  it('gives the same events however it is split', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.sort((one, other) => one - other), STREAM.length];
        const read = frameReader();
        const frames = at.flatMap((from, nr) => read(STREAM.slice(from, at[nr + 1])));
        expect(frames).toEqual([
          { event: 'route', id: 'a.1', data: '{"revision":"a"}' },
          { event: 'ended', id: null, data: '{}' },
        ]);
      }),
    );
  });

  it('that never ends an event has none', () => {
    const read = frameReader();
    expect(() => {
      for (let nr = 0; nr < 20; nr += 1) read('x'.repeat(100_000));
    }).toThrow('no stream');
  });
});
