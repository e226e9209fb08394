import type { EstimateView } from '../../../../events/estimate-view.ts';
import { inEach } from '../../../console/parts/language.ts';

interface Words {
  readonly carrier: string;
  readonly merchant: string;
  readonly expected: string;
  readonly delivered: string;
  readonly last: string;
  readonly order: string;
  readonly orders: string;
  readonly goesTo: string;
  readonly pieces: string;
  readonly piecesOf: (delivered: number, total: number) => string;
  readonly registered: string;
  readonly page: string;
  readonly pageLink: string;
  readonly id: string;
  readonly nobodyKnows: string;
  readonly days: (first: string, last: string) => string;
  readonly sources: Readonly<Record<EstimateView['source'], string>>;
  readonly late: string;
}

/** What a shipment is and where it stands. */
export const HEADLINE = inEach<Words>(
  {
    carrier: 'Carrier',
    merchant: 'Merchant',
    expected: 'Expected',
    delivered: 'Delivered',
    last: 'Last event',
    order: 'Order',
    orders: 'Orders',
    goesTo: 'Goes to',
    pieces: 'Pieces',
    piecesOf: (delivered, total) => `${delivered} of ${total} delivered`,
    registered: 'Registered',
    page: 'Tracking page',
    pageLink: 'As anyone with the number sees it',
    id: 'Id',
    nobodyKnows: 'nobody knows',
    days: (first, last) => `${first} to ${last}`,
    sources: {
      carrier: 'says the carrier',
      model: 'from comparable parcels or the courier’s route',
      rule: 'counted in working days',
    },
    late: 'late',
  },
  {
    de: {
      carrier: 'Zusteller',
      merchant: 'Händler',
      expected: 'Erwartet',
      delivered: 'Zugestellt',
      last: 'Letzte Meldung',
      order: 'Bestellung',
      orders: 'Bestellungen',
      goesTo: 'Geht nach',
      pieces: 'Stücke',
      piecesOf: (delivered, total) => `${delivered} von ${total} zugestellt`,
      registered: 'Angelegt',
      page: 'Paketseite',
      pageLink: 'Wie alle mit der Nummer sie sehen',
      id: 'Kennung',
      nobodyKnows: 'weiß niemand',
      days: (first, last) => `${first} bis ${last}`,
      sources: {
        carrier: 'sagt der Zusteller',
        model: 'nach vergleichbaren Paketen oder der Tour',
        rule: 'nach Werktagen gezählt',
      },
      late: 'verspätet',
    },
    es: {
      carrier: 'Transportista',
      merchant: 'Comercio',
      expected: 'Previsto',
      delivered: 'Entregado',
      last: 'Último aviso',
      order: 'Pedido',
      orders: 'Pedidos',
      goesTo: 'Va a',
      pieces: 'Bultos',
      piecesOf: (delivered, total) => `${delivered} de ${total} entregados`,
      registered: 'Registrado',
      page: 'Página del paquete',
      pageLink: 'Como la ve cualquiera con el número',
      id: 'Identificador',
      nobodyKnows: 'nadie lo sabe',
      days: (first, last) => `del ${first} al ${last}`,
      sources: {
        carrier: 'según el transportista',
        model: 'por paquetes parecidos o por la ruta',
        rule: 'contado en días laborables',
      },
      late: 'con retraso',
    },
    fr: {
      carrier: 'Transporteur',
      merchant: 'Marchand',
      expected: 'Prévu',
      delivered: 'Livré',
      last: 'Dernière annonce',
      order: 'Commande',
      orders: 'Commandes',
      goesTo: 'Va à',
      pieces: 'Pièces',
      piecesOf: (delivered, total) => `${delivered} sur ${total} livrées`,
      registered: 'Enregistré',
      page: 'Page du colis',
      pageLink: 'Telle que la voit quiconque a le numéro',
      id: 'Identifiant',
      nobodyKnows: 'personne ne sait',
      days: (first, last) => `du ${first} au ${last}`,
      sources: {
        carrier: 'selon le transporteur',
        model: 'd’après des colis semblables ou la tournée',
        rule: 'compté en jours ouvrés',
      },
      late: 'en retard',
    },
  },
);
