import type { Delivery } from '../../../reactions/merchant-webhooks/index.ts';
import type { Notification } from '../../../reactions/notifications/index.ts';
import { inEach } from '../../console/parts/language.ts';

interface Words {
  readonly linkLead: string;
  readonly recipient: string;
  readonly actions: string;
  readonly askCarrier: string;
  readonly tags: string;
  readonly saveTags: string;
  readonly redirect: string;
  readonly correct: string;
  readonly status: string;
  readonly note: string;
  readonly setStatus: string;
  readonly newLink: string;
  readonly stop: string;
  readonly stopLead: string;
  readonly sure: string;
  readonly stopSubmit: string;
  readonly messages: string;
  readonly messageHead: readonly [string, string, string, string, string, string];
  readonly messageStates: Readonly<Record<Notification['state'], string>>;
  readonly audiences: Readonly<Record<Notification['audience'], string>>;
  readonly channels: Readonly<Record<Notification['channel'], string>>;
  readonly webhookStates: Readonly<Record<Delivery['state'], string>>;
  readonly webhooks: string;
  readonly webhookHead: readonly [string, string, string, string, string];
  readonly doneQueued: string;
  readonly doneFresh: string;
  readonly doneTags: string;
  readonly doneStatus: string;
  readonly date: string;
  readonly noDate: string;
  readonly sureOf: (date: string, percent: string) => string;
  readonly missed: (percent: string) => string;
  readonly workedOut: string;
  readonly shownDates: string;
  readonly shownHead: readonly [string, string, string, string, string];
  readonly whose: Readonly<Record<'ours' | 'carrier' | 'promise', string>>;
}

/** Of a parcel's page, beside what operators see as well. */
export const SHIPMENT = inEach<Words>(
  {
    linkLead:
      'The recipient’s own page. It works for seven days; give it to nobody else. It is not shown again.',
    recipient: 'Recipient',
    actions: 'Actions',
    askCarrier: 'Ask the carrier now',
    tags: 'Tags, separated by commas',
    saveTags: 'Save tags',
    redirect: 'Redirect or hold the parcel',
    correct: 'Correct the status',
    status: 'Status',
    note: 'Note: why, for your colleagues',
    setStatus: 'Set the status',
    newLink: 'Make a new link for the recipient',
    stop: 'Stop tracking',
    stopLead:
      'The parcel leaves lists and pages, and everything known of its recipient is erased. This cannot be undone.',
    sure: 'I am sure',
    stopSubmit: 'Stop tracking and erase',
    messages: 'Messages',
    messageHead: ['When', 'About', 'To', 'By', 'State', 'Why'],
    messageStates: {
      queued: 'queued',
      postponed: 'postponed',
      sending: 'being sent',
      sent: 'sent',
      delivered: 'arrived',
      bounced: 'came back',
      complained: 'reported as spam',
      failed: 'refused',
      dead: 'given up',
      unknown: 'unknown',
      not_sent: 'not sent',
    },
    audiences: { recipient: 'recipient', subscribers: 'subscribers', merchant: 'shop' },
    channels: { email: 'email', sms: 'SMS', push: 'push', webhook: 'webhook', ticket: 'ticket' },
    webhookStates: {
      waiting: 'waiting',
      delivered: 'delivered',
      dead: 'given up',
      cancelled: 'cancelled',
    },
    webhooks: 'Webhooks',
    webhookHead: ['When', 'Event', 'State', 'Attempts', 'Last answer'],
    doneQueued: 'The carrier is being asked. Open the page again in a moment.',
    doneFresh: 'The carrier was asked a moment ago: this is what it knows.',
    doneTags: 'The tags are saved.',
    doneStatus: 'The status has been set.',
    date: 'Delivery date and why',
    noDate: 'No date can be told.',
    sureOf: (date, percent) => `${date}, ${percent} sure.`,
    missed: (percent) => `The promised day will be missed with ${percent} probability.`,
    workedOut: 'Worked out',
    shownDates: 'Dates that were shown',
    shownHead: ['When', 'By', 'Status then', 'Date', 'Days off'],
    whose: { ours: 'the hub', carrier: 'the carrier', promise: 'promised at checkout' },
  },
  {
    de: {
      linkLead:
        'Die eigene Seite des Empfängers. Sie gilt sieben Tage; geben Sie den Link niemand anderem. Er wird nicht noch einmal gezeigt.',
      recipient: 'Empfänger',
      actions: 'Aktionen',
      askCarrier: 'Zusteller jetzt fragen',
      tags: 'Tags, durch Kommas getrennt',
      saveTags: 'Tags speichern',
      redirect: 'Paket umleiten oder lagern',
      correct: 'Status berichtigen',
      status: 'Status',
      note: 'Notiz: warum, für das Team',
      setStatus: 'Status setzen',
      newLink: 'Neuen Link für den Empfänger machen',
      stop: 'Nicht mehr verfolgen',
      stopLead:
        'Das Paket verschwindet aus Listen und Seiten, und alles über den Empfänger wird gelöscht. Das lässt sich nicht rückgängig machen.',
      sure: 'Ich bin sicher',
      stopSubmit: 'Beenden und löschen',
      messages: 'Nachrichten',
      messageHead: ['Wann', 'Worüber', 'An', 'Über', 'Stand', 'Warum'],
      messageStates: {
        queued: 'wartet',
        postponed: 'aufgeschoben',
        sending: 'wird gesendet',
        sent: 'gesendet',
        delivered: 'angekommen',
        bounced: 'kam zurück',
        complained: 'als Spam gemeldet',
        failed: 'abgelehnt',
        dead: 'aufgegeben',
        unknown: 'unbekannt',
        not_sent: 'nicht gesendet',
      },
      audiences: { recipient: 'Empfänger', subscribers: 'Abonnenten', merchant: 'Shop' },
      channels: { email: 'E-Mail', sms: 'SMS', push: 'Push', webhook: 'Webhook', ticket: 'Ticket' },
      webhookStates: {
        waiting: 'wartet',
        delivered: 'zugestellt',
        dead: 'aufgegeben',
        cancelled: 'abgebrochen',
      },
      webhooks: 'Webhooks',
      webhookHead: ['Wann', 'Ereignis', 'Stand', 'Versuche', 'Letzte Antwort'],
      doneQueued: 'Der Zusteller wird gefragt. Öffnen Sie die Seite gleich noch einmal.',
      doneFresh: 'Der Zusteller wurde gerade erst gefragt: das ist, was er weiß.',
      doneTags: 'Die Tags sind gespeichert.',
      doneStatus: 'Der Status ist gesetzt.',
      date: 'Zustelltag und warum',
      noDate: 'Es lässt sich kein Tag nennen.',
      sureOf: (date, percent) => `${date}, zu ${percent} sicher.`,
      missed: (percent) => `Der versprochene Tag wird mit ${percent} Wahrscheinlichkeit verfehlt.`,
      workedOut: 'Berechnet',
      shownDates: 'Tage, die gezeigt wurden',
      shownHead: ['Wann', 'Von', 'Status damals', 'Tag', 'Tage daneben'],
      whose: { ours: 'vom Hub', carrier: 'vom Zusteller', promise: 'beim Kauf versprochen' },
    },
    es: {
      linkLead:
        'La página propia del destinatario. Sirve siete días; no se la dé a nadie más. No se vuelve a mostrar.',
      recipient: 'Destinatario',
      actions: 'Acciones',
      askCarrier: 'Preguntar ahora al transportista',
      tags: 'Etiquetas, separadas por comas',
      saveTags: 'Guardar etiquetas',
      redirect: 'Desviar o retener el paquete',
      correct: 'Corregir el estado',
      status: 'Estado',
      note: 'Nota: por qué, para los compañeros',
      setStatus: 'Fijar el estado',
      newLink: 'Hacer un enlace nuevo para el destinatario',
      stop: 'Dejar de seguir',
      stopLead:
        'El paquete sale de listas y páginas, y se borra todo lo que se sabe del destinatario. No se puede deshacer.',
      sure: 'Sí, seguro',
      stopSubmit: 'Dejar de seguir y borrar',
      messages: 'Mensajes',
      messageHead: ['Cuándo', 'Sobre', 'A', 'Por', 'Estado', 'Por qué'],
      messageStates: {
        queued: 'en espera',
        postponed: 'aplazado',
        sending: 'enviándose',
        sent: 'enviado',
        delivered: 'recibido',
        bounced: 'devuelto',
        complained: 'marcado como spam',
        failed: 'rechazado',
        dead: 'abandonado',
        unknown: 'desconocido',
        not_sent: 'no enviado',
      },
      audiences: { recipient: 'destinatario', subscribers: 'suscriptores', merchant: 'tienda' },
      channels: { email: 'correo', sms: 'SMS', push: 'push', webhook: 'webhook', ticket: 'tique' },
      webhookStates: {
        waiting: 'en espera',
        delivered: 'entregado',
        dead: 'abandonado',
        cancelled: 'cancelado',
      },
      webhooks: 'Webhooks',
      webhookHead: ['Cuándo', 'Evento', 'Estado', 'Intentos', 'Última respuesta'],
      doneQueued: 'Se está preguntando al transportista. Abra la página de nuevo en un momento.',
      doneFresh: 'Se acaba de preguntar al transportista: esto es lo que sabe.',
      doneTags: 'Se han guardado las etiquetas.',
      doneStatus: 'Se ha fijado el estado.',
      date: 'Fecha de entrega y por qué',
      noDate: 'No se puede decir ninguna fecha.',
      sureOf: (date, percent) => `${date}, seguro al ${percent}.`,
      missed: (percent) => `El día prometido se incumplirá con una probabilidad del ${percent}.`,
      workedOut: 'Calculado',
      shownDates: 'Fechas que se mostraron',
      shownHead: ['Cuándo', 'De', 'Estado entonces', 'Fecha', 'Días de error'],
      whose: { ours: 'el hub', carrier: 'el transportista', promise: 'prometido en la compra' },
    },
    fr: {
      linkLead:
        'La page propre au destinataire. Elle sert sept jours ; ne la donnez à personne d’autre. Elle n’est plus montrée.',
      recipient: 'Destinataire',
      actions: 'Actions',
      askCarrier: 'Interroger le transporteur maintenant',
      tags: 'Étiquettes, séparées par des virgules',
      saveTags: 'Enregistrer les étiquettes',
      redirect: 'Rediriger ou retenir le colis',
      correct: 'Corriger le statut',
      status: 'Statut',
      note: 'Note : pourquoi, pour les collègues',
      setStatus: 'Fixer le statut',
      newLink: 'Faire un nouveau lien pour le destinataire',
      stop: 'Ne plus suivre',
      stopLead:
        'Le colis quitte listes et pages, et tout ce qui est su du destinataire est effacé. C’est sans retour.',
      sure: 'J’en suis sûr',
      stopSubmit: 'Ne plus suivre et effacer',
      messages: 'Messages',
      messageHead: ['Quand', 'Sujet', 'À', 'Par', 'État', 'Pourquoi'],
      messageStates: {
        queued: 'en attente',
        postponed: 'reporté',
        sending: 'en cours d’envoi',
        sent: 'envoyé',
        delivered: 'arrivé',
        bounced: 'revenu',
        complained: 'signalé comme spam',
        failed: 'refusé',
        dead: 'abandonné',
        unknown: 'inconnu',
        not_sent: 'non envoyé',
      },
      audiences: { recipient: 'destinataire', subscribers: 'abonnés', merchant: 'boutique' },
      channels: { email: 'e-mail', sms: 'SMS', push: 'push', webhook: 'webhook', ticket: 'ticket' },
      webhookStates: {
        waiting: 'en attente',
        delivered: 'remis',
        dead: 'abandonné',
        cancelled: 'annulé',
      },
      webhooks: 'Webhooks',
      webhookHead: ['Quand', 'Événement', 'État', 'Essais', 'Dernière réponse'],
      doneQueued: 'Le transporteur est interrogé. Rouvrez la page dans un instant.',
      doneFresh: 'Le transporteur vient d’être interrogé : voilà ce qu’il sait.',
      doneTags: 'Les étiquettes sont enregistrées.',
      doneStatus: 'Le statut est fixé.',
      date: 'Date de livraison et pourquoi',
      noDate: 'Aucune date ne peut être dite.',
      sureOf: (date, percent) => `${date}, sûr à ${percent}.`,
      missed: (percent) => `Le jour promis sera manqué avec une probabilité de ${percent}.`,
      workedOut: 'Calculé',
      shownDates: 'Dates qui ont été montrées',
      shownHead: ['Quand', 'De', 'Statut alors', 'Date', 'Jours d’écart'],
      whose: { ours: 'le hub', carrier: 'le transporteur', promise: 'promis à l’achat' },
    },
  },
);
