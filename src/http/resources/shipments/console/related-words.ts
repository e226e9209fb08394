import type { CustodyPeriod } from '../../../../couriers/index.ts';
import type { ProofKind } from '../../../../kernel/proof-kinds.ts';
import type { ShownProof } from '../../../../tracking/index.ts';
import { inEach } from '../../../console/parts/language.ts';

interface Words {
  readonly cases: string;
  readonly caseHead: readonly [string, string, string, string, string, string];
  readonly none: string;
  readonly couriers: string;
  readonly courierHead: readonly [string, string, string, string, string];
  readonly ends: Readonly<Record<NonNullable<CustodyPeriod['doneWhy']>, string>>;
  readonly planned: string;
  readonly inHand: string;
  readonly notes: string;
  readonly noteHead: readonly [string, string, string];
  readonly proof: string;
  readonly required: string;
  readonly missing: (what: string) => string;
  /** Carriers give documents, too. */
  readonly kinds: Readonly<Record<ProofKind | 'document', string>>;
  readonly pins: Readonly<Record<NonNullable<ShownProof['pinOutcome']>, string>>;
  readonly fromCarrier: string;
  readonly onlyForChangers: string;
  readonly receipt: string;
  readonly by: string;
  readonly system: string;
  readonly erased: string;
  readonly receivedBy: string;
  readonly place: string;
  readonly addressUnknown: string;
  readonly fromAddress: (metres: number) => string;
  readonly download: string;
  readonly larger: (what: string) => string;
  readonly linked: string;
  readonly linkedHead: readonly [string, string, string];
  readonly notFollowedYet: string;
  readonly notFollowed: (why: string) => string;
  readonly commands: string;
  readonly commandHead: readonly [string, string, string, string, string];
  readonly done: string;
  readonly refused: (why: string) => string;
  readonly aNote: string;
}

/** Of what belongs to a parcel: cases, couriers, proofs, linked parcels and commands. */
export const RELATED = inEach<Words>(
  {
    cases: 'Cases',
    caseHead: ['Opened', 'Kind', 'Reason', 'Waiting for', 'Due', 'Owner'],
    none: 'none',
    couriers: 'Couriers who have or had it',
    courierHead: ['Courier', 'State', 'Planned', 'Taken', 'Ended'],
    ends: {
      delivered: 'delivered',
      returned: 'returned to the sender',
      handed_in: 'handed in',
      given: 'given to a colleague',
      taken_off: 'taken off the route',
      rescheduled: 'moved to another day',
      ended: 'ended',
    },
    planned: 'planned',
    inHand: 'in hand',
    notes: 'Couriers’ notes',
    noteHead: ['When', 'Who', 'Note'],
    proof: 'Proof of delivery',
    required: 'Required:',
    missing: (what) => `${what}, missing`,
    kinds: {
      photo: 'photo',
      signature: 'signature',
      name: 'name',
      pin: 'PIN',
      document: 'document',
    },
    pins: {
      matched: 'right PIN',
      wrong: 'wrong PIN',
      locked: 'PIN locked after too many wrong ones',
      not_required: 'a PIN that was not needed',
    },
    fromCarrier: 'From the carrier',
    onlyForChangers: 'Names, places and pictures are shown only to people who may make changes.',
    receipt: 'Receipt (PDF)',
    by: 'by',
    system: 'the merchant’s system',
    erased: 'Erased, because its retention period has ended.',
    receivedBy: 'Received by',
    place: 'Place',
    addressUnknown: 'the address’s coordinates are not known',
    fromAddress: (metres) => `${metres} m from the address`,
    download: 'Download',
    larger: (what) => `${what}, larger`,
    linked: 'Linked parcels',
    linkedHead: ['Kind', 'Number', 'Status'],
    notFollowedYet: 'not followed yet',
    notFollowed: (why) => `not followed: ${why}`,
    commands: 'Commands',
    commandHead: ['When', 'New status', 'Previous status', 'Outcome', 'Note'],
    done: 'done',
    refused: (why) => `refused: ${why}`,
    aNote: 'a note',
  },
  {
    de: {
      cases: 'Fälle',
      caseHead: ['Eröffnet', 'Art', 'Grund', 'Wartet auf', 'Fällig', 'Zuständig'],
      none: 'keiner',
      couriers: 'Kuriere, die es haben oder hatten',
      courierHead: ['Kurier', 'Stand', 'Geplant', 'Übernommen', 'Beendet'],
      ends: {
        delivered: 'zugestellt',
        returned: 'zurück zum Absender',
        handed_in: 'abgegeben',
        given: 'an Kollegen gegeben',
        taken_off: 'von der Tour genommen',
        rescheduled: 'auf einen anderen Tag verschoben',
        ended: 'beendet',
      },
      planned: 'geplant',
      inHand: 'in der Hand',
      notes: 'Notizen der Kuriere',
      noteHead: ['Wann', 'Wer', 'Notiz'],
      proof: 'Zustellnachweis',
      required: 'Verlangt:',
      missing: (what) => `${what} fehlt`,
      kinds: {
        photo: 'Foto',
        signature: 'Unterschrift',
        name: 'Name',
        pin: 'PIN',
        document: 'Dokument',
      },
      pins: {
        matched: 'richtige PIN',
        wrong: 'falsche PIN',
        locked: 'PIN nach zu vielen falschen gesperrt',
        not_required: 'eine PIN, die nicht nötig war',
      },
      fromCarrier: 'Vom Zusteller',
      onlyForChangers: 'Namen, Orte und Bilder sehen nur die, die etwas ändern dürfen.',
      receipt: 'Beleg (PDF)',
      by: 'von',
      system: 'System des Händlers',
      erased: 'Gelöscht, weil die Aufbewahrungsfrist vorbei ist.',
      receivedBy: 'Angenommen von',
      place: 'Ort',
      addressUnknown: 'die Koordinaten der Adresse sind nicht bekannt',
      fromAddress: (metres) => `${metres} m von der Adresse`,
      download: 'Herunterladen',
      larger: (what) => `${what}, größer`,
      linked: 'Verknüpfte Pakete',
      linkedHead: ['Art', 'Nummer', 'Status'],
      notFollowedYet: 'noch nicht verfolgt',
      notFollowed: (why) => `nicht verfolgt: ${why}`,
      commands: 'Befehle',
      commandHead: ['Wann', 'Neuer Status', 'Voriger Status', 'Ergebnis', 'Notiz'],
      done: 'ausgeführt',
      refused: (why) => `abgelehnt: ${why}`,
      aNote: 'eine Notiz',
    },
    es: {
      cases: 'Casos',
      caseHead: ['Abierto', 'Tipo', 'Motivo', 'Espera', 'Plazo', 'Encargado'],
      none: 'ninguno',
      couriers: 'Repartidores que lo tienen o tuvieron',
      courierHead: ['Repartidor', 'Situación', 'Previsto', 'Recogido', 'Terminado'],
      ends: {
        delivered: 'entregado',
        returned: 'devuelto al remitente',
        handed_in: 'depositado',
        given: 'dado a un compañero',
        taken_off: 'quitado de la ruta',
        rescheduled: 'pasado a otro día',
        ended: 'terminado',
      },
      planned: 'previsto',
      inHand: 'en mano',
      notes: 'Notas de los repartidores',
      noteHead: ['Cuándo', 'Quién', 'Nota'],
      proof: 'Prueba de entrega',
      required: 'Se exige:',
      missing: (what) => `${what}, falta`,
      kinds: {
        photo: 'foto',
        signature: 'firma',
        name: 'nombre',
        pin: 'PIN',
        document: 'documento',
      },
      pins: {
        matched: 'PIN correcto',
        wrong: 'PIN incorrecto',
        locked: 'PIN bloqueado tras demasiados errores',
        not_required: 'un PIN que no hacía falta',
      },
      fromCarrier: 'Del transportista',
      onlyForChangers: 'Nombres, lugares e imágenes solo los ven quienes pueden hacer cambios.',
      receipt: 'Comprobante (PDF)',
      by: 'de',
      system: 'el sistema del comercio',
      erased: 'Borrado, porque terminó su plazo de conservación.',
      receivedBy: 'Recibido por',
      place: 'Lugar',
      addressUnknown: 'no se conocen las coordenadas de la dirección',
      fromAddress: (metres) => `a ${metres} m de la dirección`,
      download: 'Descargar',
      larger: (what) => `${what}, más grande`,
      linked: 'Paquetes relacionados',
      linkedHead: ['Tipo', 'Número', 'Estado'],
      notFollowedYet: 'aún no se sigue',
      notFollowed: (why) => `no se sigue: ${why}`,
      commands: 'Órdenes',
      commandHead: ['Cuándo', 'Estado nuevo', 'Estado anterior', 'Resultado', 'Nota'],
      done: 'hecha',
      refused: (why) => `rechazada: ${why}`,
      aNote: 'una nota',
    },
    fr: {
      cases: 'Dossiers',
      caseHead: ['Ouvert', 'Type', 'Raison', 'Attend', 'Échéance', 'Responsable'],
      none: 'aucune',
      couriers: 'Coursiers qui l’ont ou l’ont eu',
      courierHead: ['Coursier', 'État', 'Prévu', 'Pris', 'Terminé'],
      ends: {
        delivered: 'livré',
        returned: 'rendu à l’expéditeur',
        handed_in: 'déposé',
        given: 'donné à un collègue',
        taken_off: 'retiré de la tournée',
        rescheduled: 'reporté à un autre jour',
        ended: 'terminé',
      },
      planned: 'prévu',
      inHand: 'en main',
      notes: 'Notes des coursiers',
      noteHead: ['Quand', 'Qui', 'Note'],
      proof: 'Preuve de livraison',
      required: 'Exigé :',
      missing: (what) => `${what}, manque`,
      kinds: {
        photo: 'photo',
        signature: 'signature',
        name: 'nom',
        pin: 'PIN',
        document: 'document',
      },
      pins: {
        matched: 'bon PIN',
        wrong: 'mauvais PIN',
        locked: 'PIN bloqué après trop d’erreurs',
        not_required: 'un PIN qui n’était pas nécessaire',
      },
      fromCarrier: 'Du transporteur',
      onlyForChangers: 'Noms, lieux et images ne sont montrés qu’à qui peut faire des changements.',
      receipt: 'Reçu (PDF)',
      by: 'par',
      system: 'le système du marchand',
      erased: 'Effacé, car sa durée de conservation est passée.',
      receivedBy: 'Reçu par',
      place: 'Lieu',
      addressUnknown: 'les coordonnées de l’adresse ne sont pas connues',
      fromAddress: (metres) => `à ${metres} m de l’adresse`,
      download: 'Télécharger',
      larger: (what) => `${what}, en plus grand`,
      linked: 'Colis liés',
      linkedHead: ['Type', 'Numéro', 'Statut'],
      notFollowedYet: 'pas encore suivi',
      notFollowed: (why) => `non suivi : ${why}`,
      commands: 'Commandes',
      commandHead: ['Quand', 'Nouveau statut', 'Statut précédent', 'Résultat', 'Note'],
      done: 'faite',
      refused: (why) => `refusée : ${why}`,
      aNote: 'une note',
    },
  },
);
