import { describe, expect, it } from 'vitest';
import { KafkaAway, RecordRefused } from './failures.ts';
import { type BatchProducer, createRecordSink, type KafkaRecord } from './record-sink.ts';

const record = (index: number, value = `value ${index}`): KafkaRecord => ({
  topic: 'topic',
  key: `key ${index}`,
  value,
  headers: { type: 't' },
  timestampMs: 1_000 + index,
});
const records = (count: number) => Array.from({ length: count }, (_, index) => record(index));

/** Brokers that record what they accept; `answer` may reject a batch. */
function brokers(answer: (values: readonly string[], index: number) => void = () => {}) {
  const accepted: string[] = [];
  const batches: number[] = [];
  let opened = 0;
  let closed = 0;
  let underWay = 0;
  let underWayMax = 0;
  const open = (): BatchProducer => {
    opened += 1;
    return {
      async send({ messages }) {
        underWay += 1;
        underWayMax = Math.max(underWayMax, underWay);
        await null;
        underWay -= 1;
        const values = messages.map(({ value }) => value ?? '');
        batches.push(values.length);
        answer(values, batches.length);
        accepted.push(...values);
      },
      async close() {
        closed += 1;
      },
    };
  };
  return {
    sink: createRecordSink(open),
    accepted,
    batches,
    stats: () => ({ opened, closed, underWayMax }),
  };
}

const tooLarge = () =>
  Object.assign(
    new AggregateError([Object.assign(new Error('no'), { apiId: 'MESSAGE_TOO_LARGE' })]),
  );

describe('the sink', () => {
  it('writes in order and one batch at a time, however many send at once', async () => {
    const { sink, accepted, stats } = brokers();
    await Promise.all([sink.send(records(3)), sink.send([record(9)]), sink.send([])]);
    await sink.close();
    expect(accepted).toEqual(['value 0', 'value 1', 'value 2', 'value 9']);
    expect(stats()).toEqual({ opened: 1, closed: 1, underWayMax: 1 });
  });

  it('cuts what brokers would find too large together', async () => {
    const { sink, batches } = brokers();
    await sink.send(Array.from({ length: 5 }, (_, index) => record(index, 'x'.repeat(150_000))));
    expect(batches).toEqual([2, 2, 1]);
  });

  it('reports that brokers are unavailable, and starts again with another client', async () => {
    const { sink, accepted, stats } = brokers((_, index) => {
      if (index === 1) throw new Error('failed', { cause: new Error('connect ECONNREFUSED') });
    });
    const failed = await sink.send(records(2)).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(KafkaAway);
    expect(String(failed)).toContain('connect ECONNREFUSED');
    expect(stats()).toMatchObject({ opened: 1, closed: 1 });
    await sink.send(records(2));
    expect(accepted).toEqual(['value 0', 'value 1']);
    expect(stats()).toMatchObject({ opened: 2, closed: 1 });
  });

  it('halves a batch that is too large for a topic, and keeps the order', async () => {
    const { sink, accepted } = brokers((values) => {
      if (values.length > 2) throw tooLarge();
    });
    await sink.send(records(5));
    expect(accepted).toEqual(records(5).map(({ value }) => value));
  });

  it('reports a record as rejected, and still works for the next', async () => {
    const { sink, accepted } = brokers((values) => {
      if (values.includes('huge')) throw tooLarge();
    });
    await expect(sink.send([record(1), record(2, 'huge')])).rejects.toBeInstanceOf(RecordRefused);
    await sink.send([record(3)]);
    expect(accepted).toEqual(['value 1', 'value 3']);
  });
});
