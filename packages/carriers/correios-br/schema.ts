import { looseCode, looseList, looseObject, looseText, z } from 'waybill/adapter';

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

export const tokenAnswer = z.object({ token: z.string().optional().catch(undefined) });

export type PostalObject = z.output<typeof postalObject>;
export type WireEvent = z.output<typeof event>;
