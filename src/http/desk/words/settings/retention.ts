import type { RetentionKind } from '../../../../platform/settings/retention.ts';
import { inEach } from '../../../console/parts/language.ts';

interface Words {
  readonly title: string;
  readonly lead: string;
  readonly what: string;
  readonly howLong: string;
  readonly days: (days: number) => string;
  readonly ofCarrier: (carrier: string) => string;
  readonly kinds: Readonly<Record<RetentionKind, string>>;
}

/** Of the page that says how long what is kept. */
export const RETENTION = inEach<Words>(
  {
    title: 'What is kept',
    lead: 'Everything about parcels and people is deleted after a time. Whoever runs the installation sets it; a carrier’s terms come first.',
    what: 'What',
    howLong: 'How long',
    days: (days) => `${days} days`,
    ofCarrier: (carrier) => `Parcels of ${carrier}, after their delivery, as its terms demand`,
    kinds: {
      parcels: 'Parcels with all that is known of them, after their last change',
      deleted: 'That there was a parcel which was deleted, and how it ended',
      receipts: 'What carriers, scanners and phones sent, encrypted',
      unclaimed: 'What carriers sent about numbers that nobody registered',
      deliveries: 'Webhooks to your systems, with their attempts',
      messages: 'Who was told of what, and why not',
      subscriptions: 'Addresses that subscribed to a parcel',
      polling: 'Numbers that carriers are no longer asked about',
      proofs: 'Photos and signatures of deliveries',
      trails: 'Where couriers were',
      figures: 'Dates that were shown and what came true of them; they name no person',
      archives: 'Files of the archive',
    },
  },
  {
    de: {
      title: 'Aufbewahrung',
      lead: 'Alles über Pakete und Personen wird nach einer Zeit gelöscht. Wer die Installation betreibt, stellt sie ein; die Bedingungen eines Zustellers gehen vor.',
      what: 'Was',
      howLong: 'Wie lange',
      days: (days) => `${days} Tage`,
      ofCarrier: (carrier) =>
        `Pakete von ${carrier}, nach der Zustellung, wie es dessen Bedingungen verlangen`,
      kinds: {
        parcels: 'Pakete mit allem, was über sie bekannt ist, nach der letzten Änderung',
        deleted: 'Dass es ein gelöschtes Paket gab, und wie es endete',
        receipts: 'Was Zusteller, Scanner und Telefone sendeten, verschlüsselt',
        unclaimed: 'Was Zusteller über Nummern sendeten, die niemand angemeldet hat',
        deliveries: 'Webhooks an Ihre Systeme, mit den Versuchen',
        messages: 'Wer was erfuhr, und warum nicht',
        subscriptions: 'Adressen, die ein Paket abonniert haben',
        polling: 'Nummern, nach denen Zusteller nicht mehr gefragt werden',
        proofs: 'Fotos und Unterschriften von Zustellungen',
        trails: 'Wo Kuriere waren',
        figures: 'Gezeigte Zustelltage und was daraus wurde; sie nennen niemanden',
        archives: 'Dateien des Archivs',
      },
    },
    es: {
      title: 'Conservación',
      lead: 'Todo lo que trata de paquetes y personas se borra pasado un tiempo. Lo fija quien lleva la instalación; las condiciones de un transportista van primero.',
      what: 'Qué',
      howLong: 'Cuánto tiempo',
      days: (days) => `${days} días`,
      ofCarrier: (carrier) => `Paquetes de ${carrier}, tras su entrega, como piden sus condiciones`,
      kinds: {
        parcels: 'Paquetes con todo lo que se sabe de ellos, tras su último cambio',
        deleted: 'Que hubo un paquete que se borró, y cómo terminó',
        receipts: 'Lo que enviaron transportistas, escáneres y teléfonos, cifrado',
        unclaimed: 'Lo que enviaron transportistas sobre números que nadie registró',
        deliveries: 'Webhooks a sus sistemas, con sus intentos',
        messages: 'A quién se avisó de qué, y por qué no',
        subscriptions: 'Direcciones suscritas a un paquete',
        polling: 'Números por los que ya no se pregunta',
        proofs: 'Fotos y firmas de entregas',
        trails: 'Dónde estuvieron los repartidores',
        figures: 'Fechas que se mostraron y qué fue de ellas; no nombran a nadie',
        archives: 'Archivos del histórico',
      },
    },
    fr: {
      title: 'Conservation',
      lead: 'Tout ce qui concerne les colis et les personnes est effacé après un temps. Il est fixé par l’exploitant de l’installation ; les conditions d’un transporteur passent avant.',
      what: 'Quoi',
      howLong: 'Combien de temps',
      days: (days) => `${days} jours`,
      ofCarrier: (carrier) =>
        `Colis de ${carrier}, après leur livraison, comme l’exigent ses conditions`,
      kinds: {
        parcels: 'Les colis et tout ce que l’on en sait, après leur dernier changement',
        deleted: 'Qu’il y a eu un colis effacé, et comment il a fini',
        receipts: 'Ce que transporteurs, scanners et téléphones ont envoyé, chiffré',
        unclaimed: 'Ce que des transporteurs ont envoyé sur des numéros que personne n’a annoncés',
        deliveries: 'Les webhooks vers vos systèmes, avec leurs essais',
        messages: 'Qui a été averti de quoi, et pourquoi pas',
        subscriptions: 'Les adresses abonnées à un colis',
        polling: 'Les numéros pour lesquels on n’interroge plus',
        proofs: 'Les photos et signatures de livraisons',
        trails: 'Où étaient les coursiers',
        figures: 'Les dates montrées et ce qu’il en fut ; elles ne nomment personne',
        archives: 'Les fichiers des archives',
      },
    },
  },
);
