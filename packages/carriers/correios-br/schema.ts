import { looseCode, looseList, looseNumber, looseObject, looseText, z } from 'waybill/adapter';

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;
const OBJECTS_MAX = 50;

const event = z.object({
  /** `BDE`, `PO`, … */
  codigo: looseCode,
  /** The status within the type, with leading zeros: `01`, `23`. */
  tipo: looseCode,
  descricao: looseText,
  /** Local time without a zone. */
  dtHrCriado: looseCode,
  unidade: looseObject({
    tipo: looseText,
    endereco: looseObject({ cidade: looseText, uf: looseCode }),
  }),
});

const postalObject = z.object({
  codObjeto: looseCode,
  /** Why there are no events, such as `SRO-020: …`. */
  mensagem: looseText,
  tipoPostal: looseObject({ categoria: looseText }),
  eventos: looseList(event, EVENTS_MAX).optional(),
});

export const trackingAnswer = z.object({
  objetos: looseList(postalObject, OBJECTS_MAX).optional(),
});

const looseToken = z.string().optional().catch(undefined);

/** Correios sends `token`; the kit's checks send the members of OAuth 2. */
export const tokenAnswer = z.object({
  token: looseToken,
  access_token: looseToken,
  expires_in: looseNumber,
});

export type PostalObject = z.output<typeof postalObject>;
export type WireEvent = z.output<typeof event>;
