import type { RedirectKind, ReturnReason } from '../../../adapters/contract/extras.ts';
import { inEach } from '../../console/parts/language.ts';

/** Names of the fields of the page's forms. */
export type RedirectField =
  | 'point_id'
  | 'name'
  | 'company'
  | 'line1'
  | 'line2'
  | 'city'
  | 'region'
  | 'postal_code'
  | 'country'
  | 'date'
  | 'reason'
  | 'contact_name'
  | 'contact_phone'
  | 'contact_email'
  | 'instructions';

interface Words {
  readonly title: string;
  readonly lead: (carrier: string) => string;
  readonly charge: (amount: string) => string;
  readonly mayCharge: string;
  readonly kinds: Readonly<Record<RedirectKind, string>>;
  readonly submits: Readonly<Record<RedirectKind, string>>;
  readonly notNow: (carrier: string) => string;
  readonly unsure: (carrier: string) => string;
  readonly fields: Readonly<Record<RedirectField, string>>;
  readonly fetchHint: string;
  readonly contactHint: (carrier: string) => string;
  readonly replace: string;
  readonly reasons: Readonly<Record<ReturnReason, string>>;
  readonly choose: string;
  readonly ended: string;
  readonly nothing: (carrier: string) => string;
  readonly instead: string;
  readonly insteadCarrier: (carrier: string) => string;
  readonly carrierPage: (carrier: string) => string;
  readonly insteadRecipient: string;
  readonly insteadSeen: string;
  readonly own: string;
  readonly ownAddress: string;
  readonly ownAddressHint: string;
  readonly ownAddressSubmit: string;
  readonly ownDay: string;
  readonly ownDaySubmit: string;
  readonly ownDayHint: string;
  readonly ownNoDay: string;
  readonly doneAsked: (carrier: string) => string;
  readonly doneAddress: string;
  readonly doneDay: string;
  readonly doneDayOpen: string;
}

/** Of the page that has a parcel held, returned or brought elsewhere. */
export const REDIRECTING = inEach<Words>(
  {
    title: 'Redirect or hold',
    lead: (carrier) =>
      `What ${carrier} can still do with this parcel. One request is sent; whether it succeeded, the carrier’s next reports tell.`,
    charge: (amount) => `The carrier charges ${amount}.`,
    mayCharge: 'The carrier may charge for it.',
    kinds: {
      pickup_point: 'Bring it to a pickup point',
      hold_at_facility: 'Hold it at a building of the carrier',
      address: 'Bring it to another address',
      reschedule: 'Bring it on another day',
      return: 'Send it back',
    },
    submits: {
      pickup_point: 'Ask for the pickup point',
      hold_at_facility: 'Ask to hold it',
      address: 'Ask for the new address',
      reschedule: 'Ask for the day',
      return: 'Ask to send it back',
    },
    notNow: (carrier) => `${carrier} does not do this for the parcel now.`,
    unsure: (carrier) => `Whether it can be done, ${carrier} says when it is asked.`,
    fields: {
      point_id: 'Pickup point',
      name: 'Name',
      company: 'Company, if any',
      line1: 'Street and number',
      line2: 'Second line, if any',
      city: 'Town',
      region: 'State or region, if any',
      postal_code: 'Postal code',
      country: 'Country',
      date: 'Day',
      reason: 'Why',
      contact_name: 'Whom the carrier may ask: name',
      contact_phone: 'Their phone number',
      contact_email: 'Their email, if any',
      instructions: 'For the driver, if anything',
    },
    fetchHint:
      'The carrier’s id of the point, as GET /v1/carriers/{carrier}/pickup-points lists it.',
    contactHint: (carrier) => `It goes to ${carrier} and is kept nowhere.`,
    replace: 'Send it although the carrier took another request within a day',
    reasons: {
      order_cancelled: 'the order was cancelled',
      duplicate_order: 'it was ordered twice',
      not_ordered: 'it was not ordered',
      too_expensive: 'it costs too much',
      too_late: 'it comes too late',
      bad_address: 'the address is wrong',
      refused: 'it was refused',
      other: 'another reason',
    },
    choose: 'Choose',
    ended: 'The parcel has ended: nothing can be changed any more.',
    nothing: (carrier) => `${carrier} offers nothing for this parcel now.`,
    instead: 'What to do instead',
    insteadCarrier: (carrier) =>
      `Sign in to ${carrier}’s own portal or call its customer service, with the tracking number.`,
    carrierPage: (carrier) => `The parcel at ${carrier}`,
    insteadRecipient:
      'The recipient can often choose another day or place at the carrier; make them a new link on the parcel’s page if they lost theirs.',
    insteadSeen: 'Whatever is arranged there is shown here once the carrier reports it.',
    own: 'Your own couriers bring this parcel: what you change here they see on their phones.',
    ownAddress: 'Bring it to another address',
    ownAddressHint:
      'It replaces the address. If a delivery still waits for a courier, cancel it and create another instead: offers are made by the old address.',
    ownAddressSubmit: 'Change the address',
    ownDay: 'Bring it on another day',
    ownDaySubmit: 'Move it to the day',
    ownDayHint: 'It leaves today’s route, and whoever carries it is told.',
    ownNoDay: 'Another day can be chosen once a courier has the parcel.',
    doneAsked: (carrier) =>
      `${carrier} took the request. What becomes of it, its next reports tell.`,
    doneAddress: 'The address has been changed.',
    doneDay: 'The parcel has been moved to that day.',
    doneDayOpen: 'The wish is noted as a request; a colleague sees to it.',
  },
  {
    de: {
      title: 'Umleiten oder lagern',
      lead: (carrier) =>
        `Was ${carrier} mit diesem Paket noch tun kann. Es wird eine Anfrage gesendet; ob sie gelungen ist, sagen die nächsten Meldungen.`,
      charge: (amount) => `Der Zusteller berechnet ${amount}.`,
      mayCharge: 'Der Zusteller kann dafür Geld verlangen.',
      kinds: {
        pickup_point: 'An einen Abholort bringen',
        hold_at_facility: 'An einem Standort des Zustellers lagern',
        address: 'An eine andere Adresse bringen',
        reschedule: 'An einem anderen Tag bringen',
        return: 'Zurücksenden',
      },
      submits: {
        pickup_point: 'Abholort anfragen',
        hold_at_facility: 'Lagerung anfragen',
        address: 'Neue Adresse anfragen',
        reschedule: 'Tag anfragen',
        return: 'Rücksendung anfragen',
      },
      notNow: (carrier) => `${carrier} tut das für dieses Paket jetzt nicht.`,
      unsure: (carrier) => `Ob es möglich ist, sagt ${carrier} erst auf die Anfrage.`,
      fields: {
        point_id: 'Abholort',
        name: 'Name',
        company: 'Firma, falls nötig',
        line1: 'Straße und Hausnummer',
        line2: 'Zweite Zeile, falls nötig',
        city: 'Ort',
        region: 'Bundesland oder Region, falls nötig',
        postal_code: 'Postleitzahl',
        country: 'Land',
        date: 'Tag',
        reason: 'Warum',
        contact_name: 'Wen der Zusteller fragen darf: Name',
        contact_phone: 'Telefonnummer dazu',
        contact_email: 'E-Mail dazu, falls vorhanden',
        instructions: 'Für den Fahrer, falls nötig',
      },
      fetchHint:
        'Die Kennung des Zustellers für den Ort, wie GET /v1/carriers/{carrier}/pickup-points sie nennt.',
      contactHint: (carrier) => `Es geht an ${carrier} und wird nirgends aufbewahrt.`,
      replace:
        'Senden, obwohl der Zusteller in den letzten 24 Stunden etwas anderes angenommen hat',
      reasons: {
        order_cancelled: 'die Bestellung wurde storniert',
        duplicate_order: 'es wurde doppelt bestellt',
        not_ordered: 'es wurde nicht bestellt',
        too_expensive: 'es kostet zu viel',
        too_late: 'es kommt zu spät',
        bad_address: 'die Adresse ist falsch',
        refused: 'die Annahme wurde verweigert',
        other: 'ein anderer Grund',
      },
      choose: 'Auswählen',
      ended: 'Das Paket ist am Ende seines Wegs: es lässt sich nichts mehr ändern.',
      nothing: (carrier) => `${carrier} bietet für dieses Paket gerade nichts an.`,
      instead: 'Was stattdessen hilft',
      insteadCarrier: (carrier) =>
        `Melden Sie sich im Portal von ${carrier} an oder rufen Sie den Kundendienst an, mit der Sendungsnummer.`,
      carrierPage: (carrier) => `Das Paket bei ${carrier}`,
      insteadRecipient:
        'Oft kann der Empfänger beim Zusteller selbst einen anderen Tag oder Ort wählen; einen neuen Link für ihn gibt es auf der Seite des Pakets.',
      insteadSeen: 'Was dort vereinbart wird, steht hier, sobald der Zusteller es meldet.',
      own: 'Ihre eigenen Kuriere bringen dieses Paket: was Sie hier ändern, sehen sie auf dem Telefon.',
      ownAddress: 'An eine andere Adresse bringen',
      ownAddressHint:
        'Sie ersetzt die bisherige. Wartet die Lieferung noch auf einen Kurier, stornieren Sie sie besser und legen eine neue an: angeboten wird sie nach der alten Adresse.',
      ownAddressSubmit: 'Adresse ändern',
      ownDay: 'An einem anderen Tag bringen',
      ownDaySubmit: 'Auf den Tag verschieben',
      ownDayHint: 'Es verlässt die heutige Tour, und wer es hat, erfährt davon.',
      ownNoDay: 'Ein anderer Tag lässt sich wählen, sobald ein Kurier das Paket hat.',
      doneAsked: (carrier) =>
        `${carrier} hat die Anfrage angenommen. Was daraus wird, sagen die nächsten Meldungen.`,
      doneAddress: 'Die Adresse ist geändert.',
      doneDay: 'Das Paket ist auf den Tag verschoben.',
      doneDayOpen: 'Der Wunsch ist als Anfrage vermerkt; jemand im Team kümmert sich darum.',
    },
    es: {
      title: 'Desviar o retener',
      lead: (carrier) =>
        `Lo que ${carrier} todavía puede hacer con este paquete. Se envía una sola petición; si ha salido bien lo dirán sus próximos avisos.`,
      charge: (amount) => `El transportista cobra ${amount}.`,
      mayCharge: 'El transportista puede cobrar por ello.',
      kinds: {
        pickup_point: 'Llevarlo a un punto de recogida',
        hold_at_facility: 'Retenerlo en un centro del transportista',
        address: 'Llevarlo a otra dirección',
        reschedule: 'Llevarlo otro día',
        return: 'Devolverlo',
      },
      submits: {
        pickup_point: 'Pedir el punto de recogida',
        hold_at_facility: 'Pedir que lo retengan',
        address: 'Pedir la nueva dirección',
        reschedule: 'Pedir el día',
        return: 'Pedir la devolución',
      },
      notNow: (carrier) => `${carrier} no lo hace ahora con este paquete.`,
      unsure: (carrier) => `Si es posible, ${carrier} lo dice al pedírselo.`,
      fields: {
        point_id: 'Punto de recogida',
        name: 'Nombre',
        company: 'Empresa, si la hay',
        line1: 'Calle y número',
        line2: 'Segunda línea, si la hay',
        city: 'Población',
        region: 'Provincia o región, si la hay',
        postal_code: 'Código postal',
        country: 'País',
        date: 'Día',
        reason: 'Por qué',
        contact_name: 'A quién puede preguntar el transportista: nombre',
        contact_phone: 'Su teléfono',
        contact_email: 'Su correo, si lo tiene',
        instructions: 'Para el repartidor, si hace falta',
      },
      fetchHint:
        'El identificador del transportista, como lo da GET /v1/carriers/{carrier}/pickup-points.',
      contactHint: (carrier) => `Va a ${carrier} y no se guarda en ningún sitio.`,
      replace: 'Enviarla aunque el transportista aceptó otra en las últimas 24 horas',
      reasons: {
        order_cancelled: 'se canceló el pedido',
        duplicate_order: 'se pidió dos veces',
        not_ordered: 'no se pidió',
        too_expensive: 'cuesta demasiado',
        too_late: 'llega demasiado tarde',
        bad_address: 'la dirección está mal',
        refused: 'lo rechazaron',
        other: 'otro motivo',
      },
      choose: 'Elegir',
      ended: 'El paquete ha llegado al final: ya no se puede cambiar nada.',
      nothing: (carrier) => `${carrier} no ofrece nada para este paquete ahora.`,
      instead: 'Qué hacer en su lugar',
      insteadCarrier: (carrier) =>
        `Entre en el portal de ${carrier} o llame a su atención al cliente, con el número de seguimiento.`,
      carrierPage: (carrier) => `El paquete en ${carrier}`,
      insteadRecipient:
        'A menudo el destinatario puede elegir otro día o lugar con el transportista; en la página del paquete se le hace un enlace nuevo.',
      insteadSeen: 'Lo que se acuerde allí se verá aquí en cuanto el transportista lo comunique.',
      own: 'Este paquete lo llevan sus propios repartidores: lo que cambie aquí lo ven en el teléfono.',
      ownAddress: 'Llevarlo a otra dirección',
      ownAddressHint:
        'Sustituye a la anterior. Si la entrega aún espera repartidor, mejor cancélela y cree otra: se ofrece según la dirección antigua.',
      ownAddressSubmit: 'Cambiar la dirección',
      ownDay: 'Llevarlo otro día',
      ownDaySubmit: 'Pasarlo a ese día',
      ownDayHint: 'Sale de la ruta de hoy, y se avisa a quien lo lleva.',
      ownNoDay: 'Se puede elegir otro día en cuanto un repartidor tenga el paquete.',
      doneAsked: (carrier) =>
        `${carrier} ha aceptado la petición. Lo que resulte lo dirán sus próximos avisos.`,
      doneAddress: 'Se ha cambiado la dirección.',
      doneDay: 'El paquete ha pasado a ese día.',
      doneDayOpen: 'El deseo queda anotado como petición; alguien del equipo se ocupará.',
    },
    fr: {
      title: 'Rediriger ou retenir',
      lead: (carrier) =>
        `Ce que ${carrier} peut encore faire de ce colis. Une seule demande est envoyée ; ses prochaines annonces diront si elle a abouti.`,
      charge: (amount) => `Le transporteur facture ${amount}.`,
      mayCharge: 'Le transporteur peut le facturer.',
      kinds: {
        pickup_point: 'L’apporter à un point de retrait',
        hold_at_facility: 'Le garder dans un site du transporteur',
        address: 'L’apporter à une autre adresse',
        reschedule: 'L’apporter un autre jour',
        return: 'Le renvoyer',
      },
      submits: {
        pickup_point: 'Demander le point de retrait',
        hold_at_facility: 'Demander de le garder',
        address: 'Demander la nouvelle adresse',
        reschedule: 'Demander ce jour',
        return: 'Demander le retour',
      },
      notNow: (carrier) => `${carrier} ne le fait pas pour ce colis en ce moment.`,
      unsure: (carrier) => `Si c’est possible, ${carrier} le dit au moment de la demande.`,
      fields: {
        point_id: 'Point de retrait',
        name: 'Nom',
        company: 'Entreprise, le cas échéant',
        line1: 'Rue et numéro',
        line2: 'Deuxième ligne, s’il y en a une',
        city: 'Ville',
        region: 'État ou région, s’il y a lieu',
        postal_code: 'Code postal',
        country: 'Pays',
        date: 'Jour',
        reason: 'Pourquoi',
        contact_name: 'Qui le transporteur peut interroger : nom',
        contact_phone: 'Son numéro de téléphone',
        contact_email: 'Son e-mail, s’il en a un',
        instructions: 'Pour le livreur, si besoin',
      },
      fetchHint:
        'L’identifiant du transporteur, tel que GET /v1/carriers/{carrier}/pickup-points le donne.',
      contactHint: (carrier) => `Cela va à ${carrier} et n’est conservé nulle part.`,
      replace: 'L’envoyer bien que le transporteur en ait accepté une autre depuis 24 heures',
      reasons: {
        order_cancelled: 'la commande a été annulée',
        duplicate_order: 'il a été commandé deux fois',
        not_ordered: 'il n’a pas été commandé',
        too_expensive: 'il coûte trop cher',
        too_late: 'il arrive trop tard',
        bad_address: 'l’adresse est fausse',
        refused: 'il a été refusé',
        other: 'une autre raison',
      },
      choose: 'Choisir',
      ended: 'Le colis est au bout de son parcours : plus rien ne peut être changé.',
      nothing: (carrier) => `${carrier} ne propose rien pour ce colis en ce moment.`,
      instead: 'Que faire à la place',
      insteadCarrier: (carrier) =>
        `Connectez-vous au portail de ${carrier} ou appelez son service client, avec le numéro de suivi.`,
      carrierPage: (carrier) => `Le colis chez ${carrier}`,
      insteadRecipient:
        'Souvent, le destinataire peut choisir lui-même un autre jour ou lieu chez le transporteur ; la page du colis permet de lui faire un nouveau lien.',
      insteadSeen: 'Ce qui y est convenu s’affiche ici dès que le transporteur l’annonce.',
      own: 'Vos propres coursiers apportent ce colis : ce que vous changez ici, ils le voient sur leur téléphone.',
      ownAddress: 'L’apporter à une autre adresse',
      ownAddressHint:
        'Elle remplace l’ancienne. Si la livraison attend encore un coursier, annulez-la plutôt et créez-en une autre : elle est proposée d’après l’ancienne adresse.',
      ownAddressSubmit: 'Changer l’adresse',
      ownDay: 'L’apporter un autre jour',
      ownDaySubmit: 'Le reporter à ce jour',
      ownDayHint: 'Il quitte la tournée du jour, et qui le transporte en est averti.',
      ownNoDay: 'Un autre jour peut être choisi dès qu’un coursier a le colis.',
      doneAsked: (carrier) =>
        `${carrier} a pris la demande. La suite, ses prochaines annonces la diront.`,
      doneAddress: 'L’adresse a été changée.',
      doneDay: 'Le colis a été reporté à ce jour.',
      doneDayOpen: 'Le souhait est noté comme demande ; quelqu’un de l’équipe s’en occupe.',
    },
  },
);
