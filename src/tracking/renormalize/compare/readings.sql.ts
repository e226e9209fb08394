import type { Queryable } from '../../../platform/database/database.ts';
import { shortVersion, storedRule } from '../../facts/short-forms.ts';
import type { RereadFact } from '../reread.ts';

/**
 * Replaces stored readings, not the received data. The rows travel as one JSON text: writing
 * sixteen arrays in PostgreSQL's own format takes this process four times as long.
 */
export async function updateReadings(
  tx: Queryable,
  batch: readonly { readonly shipmentId: string; readonly reread: readonly RereadFact[] }[],
): Promise<void> {
  const rows = batch.flatMap(({ shipmentId, reread }) =>
    reread.map(({ fact }) => ({
      ...fact.reading,
      rule: storedRule(fact.reading.rule, fact.codes),
      mappingVersion: shortVersion(fact.reading.mappingVersion),
      shipmentId,
      identity: fact.identity,
      neutral: fact.neutral,
      readBefore: fact.readBefore,
    })),
  );
  if (rows.length === 0) return;
  await tx.query({
    name: 'update_readings',
    text: `
      update facts f set status = r.status, reason = r.reason, milestone = r.milestone,
        logical = r.logical, hidden = r.hidden, known = r.known, reviewed = r.reviewed,
        correction = r.correction, return_cancelled = r."returnCancelled", rule = r.rule,
        mapping_version = r."mappingVersion", text_key = r.text, neutral_reading = r.neutral,
        read_before = r."readBefore"
      from json_to_recordset($1::json) as r("shipmentId" uuid, identity text, status text,
        reason text, milestone text, logical bool, hidden bool, known bool, reviewed bool,
        correction bool, "returnCancelled" bool, rule jsonb, "mappingVersion" text, text text,
        neutral jsonb, "readBefore" jsonb)
      where f.shipment_id = r."shipmentId" and f.identity = r.identity`,
    values: [JSON.stringify(rows)],
  });
}
