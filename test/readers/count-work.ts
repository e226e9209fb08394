import { startWorkMeter } from './work-meter.ts';

/**
 * A process of its own: the engine counts only blocks of code loaded after the meter has started.
 * Sends how much the work grew for each input.
 */
const meter = startWorkMeter();
const { READERS } = await import('./readers.ts');
const { casesOf, readAll } = await import('./reader.ts');
const { SHAPES } = await import('./shapes.ts');

/** Enough for nonlinear work to outweigh one-time work. */
const CHARS = 4_096;

export interface Growth {
  readonly reader: string;
  readonly input: string;
  readonly growth: number;
}

const found: Growth[] = [];
for (const reader of READERS) {
  const chars = Math.min(CHARS, Math.floor((reader.charsMax ?? CHARS * 2) / 2));
  // One-time loading and caching is not counted.
  await meter.measure(() => readAll(reader, 'a'));
  for (const { name, make } of casesOf(reader, SHAPES)) {
    const [once, twice] = [make(chars), make(chars * 2)];
    const first = await meter.measure(() => readAll(reader, once));
    const second = await meter.measure(() => readAll(reader, twice));
    found.push({ reader: reader.name, input: name, growth: second / first });
  }
}
process.send?.(found, () => process.disconnect());
