import { Counter, Gauge } from 'prom-client';
import {
  createRecordIntake,
  type RecordFault,
  type RecordIntakeDeps,
  readScan,
  SCANS_MAX,
  type ScanIntake,
} from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Machines } from '../../platform/machines.ts';
import { englishItem } from '../../platform/messages/error-text.ts';
import type { DropParts } from '../drops.ts';
import type { ServingFleet } from '../fleet.ts';

interface KafkaSource {
  readonly name: 'scans' | 'positions';
  readonly topic: string;
  readonly rowsMax: number;
  readonly take: RecordIntakeDeps['take'];
}

/** Reads the topic of scans in this process; does nothing if none is configured. */
export async function startKafkaScans(
  machines: Machines,
  hub: { readonly scans: { readonly intake: ScanIntake } | null; readonly drops: DropParts },
): Promise<void> {
  const topic = machines.config.kafka?.read.scans ?? null;
  if (topic === null || hub.scans === null) return;
  const { intake } = hub.scans;
  const take = async (tenant: Tenant, rows: readonly unknown[]) => {
    const sender = { tenant, facilityCodes: null, clockOffsetMs: null };
    const results = await intake.take(sender, rows.map(readScan));
    return results.map((result) => (result.outcome === 'rejected' ? result.error : null));
  };
  await openSource(machines, hub.drops, { name: 'scans', topic, rowsMax: SCANS_MAX, take });
}

/**
 * Reads the topic of positions in this process, which also displays them; does nothing if none is
 * configured.
 */
export async function startKafkaPositions(
  machines: Machines,
  fleet: ServingFleet | null,
  drops: DropParts,
): Promise<void> {
  const topic = machines.config.kafka?.read.positions ?? null;
  if (topic === null || fleet === null) return;
  await openSource(machines, drops, { ...fleet.positionRows, name: 'positions', topic });
}

/** Reads a topic until this process stops; writes records that are refused to the dead letters. */
async function openSource(
  { config, clock, log, metrics, shutdown }: Machines,
  { merchants }: DropParts,
  { name, topic, rowsMax, take }: KafkaSource,
): Promise<void> {
  const { kafka } = config;
  if (kafka === null) return;
  const { openRecordSink } = await import('../../platform/kafka/record-sink.ts');
  const { openRecordSource } = await import('../../platform/kafka/record-source.ts');
  const { deadLetter } = await import('../../platform/kafka/dead-letters.ts');
  const rows = new Counter({
    name: `waybill_kafka_${name}_total`,
    help: `What was read from the topic of ${name}, by outcome: taken (also a repeat) or refused.`,
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const lag = new Gauge({
    name: `waybill_kafka_${name}_lag`,
    help: `Records of the topic of ${name} that the group has not handled, as this process sees it.`,
    registers: [metrics],
  });
  const sink = openRecordSink(kafka);
  const handle = createRecordIntake({
    merchants,
    rowsMax,
    async take(tenant, sent) {
      const faults = await take(tenant, sent);
      rows.inc(
        { outcome: 'taken' },
        faults.filter((fault: RecordFault | null) => fault === null).length,
      );
      return faults;
    },
    async refuse(refused) {
      const nowMs = clock.nowMs();
      await sink.send(
        refused.map((row) =>
          deadLetter({ ...row, fault: englishItem(row.fault) }, kafka.read.deadLetters, nowMs),
        ),
      );
      rows.inc({ outcome: 'refused' }, refused.length);
    },
  });
  const source = openRecordSource({
    server: kafka,
    groupId: `${kafka.read.group}-${name}`,
    topic,
    handle,
    log,
    onLag: (records) => lag.set(records),
  });
  shutdown.onStop(`Kafka, ${name}`, async () => {
    await source.stop();
    await sink.close();
  });
  log.info({ topic }, `reading ${name} from Kafka`);
}
