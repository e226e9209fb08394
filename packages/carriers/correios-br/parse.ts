import {
  EMPTY_SNAPSHOT,
  failureOfStatus,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  parseJsonOrNull,
  placeTimeInZone,
  placeTimeWithoutZone,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  requestedNumber,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import { EVENTS_MAX, type PostalObject, trackingAnswer, type WireEvent } from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'correios-br-1';

/** Reads an answer about one number: its parcel, or why there is none. */
export function parse(payload: Payload): ParseOutcome {
  const read = trackingAnswer.safeParse(parseJsonOrNull(payload.text)?.value);
  const objects = (read.success ? read.data.objetos : undefined) ?? [];
  const [object] = objects;
  const number = object && objects.length === 1 ? numberOf(object, payload) : undefined;
  if (!object || number === undefined) {
    return (
      failureOfStatus(payload.httpStatus) ?? {
        outcome: 'unreadable',
        reason: 'expected objetos with one codObjeto',
        trackingNumbers: [],
      }
    );
  }
  return readParcel(number, object);
}

function numberOf({ codObjeto }: PostalObject, payload: Payload): string | undefined {
  if (codObjeto === undefined) return requestedNumber(payload);
  const number = numbers.normalize(codObjeto);
  return PATTERN.test(number) ? number : undefined;
}

function readParcel(number: string, object: PostalObject): ParseOutcome {
  const { eventos, mensagem = '', tipoPostal } = object;
  const { facts, warnings } = readFacts(eventos ?? [], EVENTS_MAX, 'eventos', factOf);
  const trackingNumbers = [number];
  if (facts.length === 0) {
    const code = /^SRO-\d{3}/.exec(mensagem)?.[0];
    if (code === 'SRO-020') return { outcome: 'not_found', reason: code, trackingNumbers };
    if (code !== undefined) return { outcome: 'error', reason: code, trackingNumbers };
    return { outcome: 'not_yet', reason: 'a parcel without events', trackingNumbers };
  }
  const report = {
    trackingNumber: number,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: warnings.length === 0,
    facts,
    snapshot: { ...EMPTY_SNAPSHOT, serviceLevel: tipoPostal?.categoria ?? null },
    links: [],
  };
  return { outcome: 'reports', reports: [report], misses: [], warnings };
}

function factOf({ codigo, tipo, descricao, dtHrCriado, unidade }: WireEvent): ReportedFact | null {
  if (codigo === undefined) return null;
  const status = tipo === undefined ? '' : canonical(tipo);
  const { cidade: city = null, uf: region = null } = unidade?.endereco ?? {};
  const facility = unidade?.tipo ?? null;
  const place: ReportedPlace | null =
    city === null && region === null && facility === null
      ? null
      : { city, region, postalCode: null, country: null, facility };
  const time = timeOf(dtHrCriado, region);
  return {
    codes: { event: codigo, ...(status === '' ? {} : { status }) },
    identity: [IDENTITY_VERSION, codigo, status, time.local ?? ''],
    time,
    place,
    text: descricao ?? null,
    piece: null,
    logical: false,
  };
}

/** The manual writes `1` where answers have `01`. */
function canonical(status: string): string {
  return status.replace(/^0{1,8}(?=\d)/, '');
}

/**
 * The states that have Brasília's time. No document says whether times are local or Brasília's; in
 * these states both are the same.
 */
const BRASILIA: ReadonlySet<string> = new Set(
  'AL AP BA CE DF ES GO MA MG PA PB PE PI PR RJ RN RS SC SE SP TO'.split(' '),
);

function timeOf(text: string | undefined, region: string | null): PlaceTime {
  const bare = placeTimeWithoutZone(text ?? '', 'second');
  if (bare.local === null) return NO_TIME;
  if (region === null || !BRASILIA.has(region)) return bare;
  return placeTimeInZone(bare.local, bare.precision, 'America/Sao_Paulo', 'postal_code');
}
