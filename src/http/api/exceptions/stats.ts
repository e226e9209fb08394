import type { z } from 'zod';
import type { ErrorText } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Exceptions } from '../../../reactions/exceptions/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { statsFilter } from './schema.ts';

const DAY_MS = 86_400_000;
const STATS_DAYS = 90;
/** The longest period; longer ones are a job for a data warehouse. */
const STATS_DAYS_MAX = 731;

export async function statsAnswer(
  exceptions: Exceptions,
  tenant: Tenant,
  query: z.output<typeof statsFilter>,
  nowMs: number,
): Promise<Answer> {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const to = query.to ?? today;
  const untilMs = Date.parse(`${to}T00:00:00Z`) + DAY_MS;
  const fromMs =
    query.from === undefined
      ? untilMs - STATS_DAYS * DAY_MS
      : Date.parse(`${query.from}T00:00:00Z`);
  if (fromMs >= untilMs || untilMs - fromMs > STATS_DAYS_MAX * DAY_MS) {
    const reason: ErrorText = { 'exceptions.fromOutOfRange': { statsDaysMax: STATS_DAYS_MAX } };
    throw invalidMember('?from', reason, 'estimates.sendEarlierDay');
  }
  const { by, limit, carrier, kind } = query;
  const rows = await exceptions.stats(tenant, {
    by,
    fromMs,
    untilMs,
    limit,
    ...(carrier === undefined ? {} : { carrier }),
    ...(kind === undefined ? {} : { kind }),
  });
  return {
    status: 200,
    body: {
      from: new Date(fromMs).toISOString().slice(0, 10),
      to,
      data: rows.map(({ group, medianHours, ...counts }) => ({
        ...group,
        ...counts,
        median_hours: medianHours,
      })),
    },
  };
}
