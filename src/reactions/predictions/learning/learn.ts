import type pg from 'pg';
import { z } from 'zod';
import {
  duel,
  type Model,
  ModelUnusable,
  type Moment,
  type Parcel,
  type Pause,
  pooledSender,
  refreshModel,
  type Score,
  severityOf,
  stopsFromJson,
  thinFloods,
} from '../../../prediction/index.ts';
import { packModel, unpackModel } from '../models/active-model.ts';
import type { ModelDuel, ModelScore } from '../models/model-list.ts';
import { activeState, type StoredState } from '../models/models.sql.ts';
import { eachJourney, type JourneyRow } from '../serving/journeys.sql.ts';
import type { ActiveAtStart, DuelFigures, LearnResult, LearnTask } from './learn-task.ts';

const DAY_MS = 86_400_000;
const MONTH_DAYS = 30.44;

/**
 * Trains or refreshes a model. It takes minutes of CPU, so it runs in a process of its own. It
 * reads parcels and the active model, and writes nothing.
 *
 * @param pause called where the work may yield.
 */
export async function learn(
  pool: pg.Pool,
  { kind, terms, nowMs }: Omit<LearnTask, 'databaseUrl'>,
  pause?: Pause,
): Promise<LearnResult> {
  const stored = await activeState(pool);
  const active = stored && activeAtStart(stored);
  const champion = stored && (await unpackOrReason(stored));
  const isUsable = champion !== null && typeof champion !== 'string';
  if (kind === 'refresh' && !isUsable) {
    const why = champion ?? 'there is no active model';
    return { parcels: 0, leftOut: 0, outcome: 'nothing', why };
  }
  const { parcels, leftOut } = await readParcels(pool, terms, nowMs, pause);
  const read = { parcels: parcels.length, leftOut };
  if (kind === 'refresh' && isUsable) {
    if (parcels.length === 0) return { ...read, outcome: 'nothing', why: 'there are no parcels' };
    const model = refreshModel(parcels, champion, terms.seed, pause);
    return { ...read, outcome: 'refreshed', active, card: model.card, packed: packModel(model) };
  }
  const duelResult = duel(parcels, isUsable ? champion : null, terms, terms.seed, pause);
  const { outcome, model, judgedFromMs, judgedToMs, challenger } = duelResult;
  const why = isUsable || champion === null ? duelResult.why : `${champion}; ${duelResult.why}`;
  if (outcome === 'too_few') return { ...read, outcome, why };
  const figures = { judgedFromMs, judgedToMs, challenger, champion: duelResult.champion };
  const decided = { ...read, why, active, card: model.card, duel: figures };
  if (outcome === 'lost') return { ...decided, outcome };
  return { ...decided, outcome, packed: packModel(model) };
}

function activeAtStart({ version, digest }: StoredState): ActiveAtStart {
  return { version, digest: digest?.toString('hex') ?? null };
}

/** Reads the stored model; a text is the reason why it cannot be used. */
async function unpackOrReason(stored: StoredState): Promise<Model | string> {
  try {
    return await unpackModel(stored);
  } catch (error) {
    if (!(error instanceof ModelUnusable)) throw error;
    return `version ${stored.version} cannot be used: ${error.message}`;
  }
}

/**
 * Reads the parcels for learning, oldest first and with floods thinned; `leftOut` is how many had
 * impossible data.
 */
async function readParcels(
  pool: pg.Pool,
  { months_max, journeys_max }: LearnTask['terms'],
  nowMs: number,
  pause?: Pause,
): Promise<{ readonly parcels: readonly Parcel[]; readonly leftOut: number }> {
  const parcels: Parcel[] = [];
  let leftOut = 0;
  const sinceMs = nowMs - months_max * MONTH_DAYS * DAY_MS;
  await eachJourney(pool, { sinceMs, limit: journeys_max }, (row) => {
    pause?.();
    const parcel = journeyParcel(row, nowMs);
    if (parcel === null) leftOut += 1;
    else parcels.push(parcel);
  });
  return { parcels: thinFloods(parcels.reverse()), leftOut };
}

/** A duel as it is stored: losses to five decimal places, days to two, shares to three. */
export function duelJson(duel: DuelFigures): ModelDuel {
  return {
    judged_from: new Date(duel.judgedFromMs).toISOString(),
    judged_to: new Date(duel.judgedToMs).toISOString(),
    challenger: scoreJson(duel.challenger),
    champion: duel.champion && scoreJson(duel.champion),
  };
}

function scoreJson(score: Score): ModelScore {
  return {
    n: score.n,
    pinball: rounded(score.pinball, 1e5),
    coverage_80: rounded(score.coverage80, 1e3),
    width_80_days: rounded(score.width80Days, 1e2),
    mae_days: rounded(score.maeDays, 1e2),
    bias_days: rounded(score.biasDays, 1e2),
    late_share: rounded(score.lateShare, 1e3),
    stages: score.stages.map(({ status, n, pinball, coverage80 }) => ({
      status,
      n,
      pinball: rounded(pinball, 1e5),
      coverage_80: rounded(coverage80, 1e3),
    })),
  };
}

/** Rounds a value to a multiple of `1 / by`; null if it is not finite. */
function rounded(value: number, by: number): number | null {
  return Number.isFinite(value) ? Math.round(value * by) / by : null;
}

/**
 * The longest transit that is learned from. A longer one means a lost parcel or a wrong clock: a
 * few in a hundred would shift the mean, and every date with it.
 */
const TRANSIT_MS_MAX = 90 * DAY_MS;
/** The longest time between the label and acceptance: nobody prints a label a year before. */
const LABEL_MS_MAX = 366 * DAY_MS;
/** How far a clock may be ahead of ours; by more it is wrong. */
const AHEAD_MS_MAX = DAY_MS;
/** The largest offset from UTC: no zone is farther away. */
const ZONE_MS_MAX = 15 * 3_600_000;
const PROMISED_DAYS_MAX = 366;
const TEXT_CHARS_MAX = 200;

const text = z
  .string()
  .catch('')
  .transform((value) => value.slice(0, TEXT_CHARS_MAX));
const nowhere = { country: '', region: '', postal: '', lat: null, lng: null };
const degrees = (most: number) => z.number().min(-most).max(most).nullable().catch(null);
/**
 * A place with the coordinates that were known while the parcel was on its way, so that a model
 * learns from the same data.
 */
const place = z
  .object({ country: text, region: text, postal: text, lat: degrees(90), lng: degrees(180) })
  .transform(({ lat, lng, ...known }) =>
    lat === null || lng === null ? { ...nowhere, ...known } : { ...known, lat, lng },
  )
  .catch(nowhere);

/**
 * Makes a parcel for learning. Null when its data are impossible: events before acceptance, or
 * in the future, say nothing about the time in transit. Of invalid members that only describe the
 * parcel, those alone are left out. Pure.
 */
export function journeyParcel(row: JourneyRow, nowMs: number): Parcel | null {
  const latestMs = nowMs + AHEAD_MS_MAX;
  const handedOverAt = usableMoment(row.handedOverMs, row.handedOverWallMs, latestMs);
  if (handedOverAt === null) return null;
  let deliveredAt: Moment | null = null;
  if (row.deliveredMs !== null) {
    deliveredAt = usableMoment(row.deliveredMs, row.deliveredWallMs, latestMs);
    if (deliveredAt === null) return null;
    const transitMs = deliveredAt.instantMs - handedOverAt.instantMs;
    if (transitMs < 0 || transitMs > TRANSIT_MS_MAX) return null;
  }
  const weather = severityOf(row.weather);
  return {
    id: row.id,
    carrier: text.parse(row.carrier),
    serviceLevel: text.parse(row.serviceLevel),
    sender: pooledSender(row.merchant, text.parse(row.senderId)),
    origin: place.parse(row.origin),
    destination: place.parse(row.destination),
    weightG: row.weightG !== null && row.weightG >= 0 ? row.weightG : null,
    labelAt: usableLabelTime(row, handedOverAt),
    handedOverAt,
    deliveredAt,
    promisedDay: usablePromisedDay(row, handedOverAt),
    stops: stopsFromJson(row.stops),
    ...(weather === null ? {} : { weather }),
  };
}

/**
 * The moment; null if it is in the future or its local time differs from it by more than any time
 * zone does.
 */
function usableMoment(instantMs: number, wallMs: number | null, latestMs: number): Moment | null {
  if (!Number.isFinite(instantMs) || instantMs > latestMs) return null;
  if (wallMs === null) return { instantMs, wallMs: instantMs };
  return Math.abs(wallMs - instantMs) <= ZONE_MS_MAX ? { instantMs, wallMs } : null;
}

/** When the label was created; null: unknown, after acceptance or more than a year before it. */
function usableLabelTime(
  { labelMs, labelWallMs }: JourneyRow,
  handedOverAt: Moment,
): Moment | null {
  if (labelMs === null) return null;
  const label = usableMoment(labelMs, labelWallMs, handedOverAt.instantMs);
  const isOld = handedOverAt.instantMs - labelMs > LABEL_MS_MAX;
  return isOld ? null : label;
}

/**
 * The promised day, counted from 1970-01-01; null: unknown, or more than a year from acceptance.
 */
function usablePromisedDay({ promisedDay: day }: JourneyRow, { wallMs }: Moment): number | null {
  if (day === null || !Number.isFinite(day)) return null;
  return Math.abs(day - wallMs / DAY_MS) <= PROMISED_DAYS_MAX ? day : null;
}
