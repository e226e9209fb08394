import { inEach } from '../../console/parts/language.ts';
import type { Precision } from '../scans/scan-places.ts';

interface Words {
  readonly title: string;
  readonly picture: (count: number) => string;
  readonly number: string;
  readonly place: string;
  readonly times: string;
  readonly precision: string;
  readonly unknown: string;
  readonly goal: string;
  readonly handedOver: string;
  readonly precisions: Readonly<Record<Precision, string>>;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly zoomAll: string;
}

/** Of the map of a parcel's scans. */
export const SCANS = inEach<Words>(
  {
    title: 'Where it was scanned',
    picture: (count) =>
      `A line through ${count === 1 ? 'one place' : `${count} places`}, numbered as in the table.`,
    number: 'No.',
    place: 'Place',
    times: 'Local time',
    precision: 'How exact',
    unknown: 'not on the map',
    goal: 'Where it goes: the ring',
    handedOver: 'Handed over',
    precisions: {
      exact: 'measured there',
      building: 'the building',
      postal_code: 'middle of the postal code',
      region: 'somewhere in the state',
      country: 'somewhere in the country',
    },
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    zoomAll: 'Show all',
  },
  {
    de: {
      title: 'Wo es gescannt wurde',
      picture: (count) =>
        `Eine Linie durch ${count === 1 ? 'einen Ort' : `${count} Orte`}, nummeriert wie in der Tabelle.`,
      number: 'Nr.',
      place: 'Ort',
      times: 'Ortszeit',
      precision: 'Wie genau',
      unknown: 'nicht auf der Karte',
      goal: 'Wohin es geht: der Ring',
      handedOver: 'Übergeben',
      precisions: {
        exact: 'dort gemessen',
        building: 'das Gebäude',
        postal_code: 'Mitte der Postleitzahl',
        region: 'irgendwo im Bundesstaat',
        country: 'irgendwo im Land',
      },
      zoomIn: 'Vergrößern',
      zoomOut: 'Verkleinern',
      zoomAll: 'Alles zeigen',
    },
    es: {
      title: 'Dónde se escaneó',
      picture: (count) =>
        `Una línea por ${count === 1 ? 'un lugar' : `${count} lugares`}, numerados como en la tabla.`,
      number: 'N.º',
      place: 'Lugar',
      times: 'Hora local',
      precision: 'Exactitud',
      unknown: 'fuera del mapa',
      goal: 'Adónde va: el anillo',
      handedOver: 'Entregado',
      precisions: {
        exact: 'medido allí',
        building: 'el edificio',
        postal_code: 'centro del código postal',
        region: 'en algún lugar del estado',
        country: 'en algún lugar del país',
      },
      zoomIn: 'Acercar',
      zoomOut: 'Alejar',
      zoomAll: 'Ver todo',
    },
    fr: {
      title: 'Où il a été scanné',
      picture: (count) =>
        `Une ligne par ${count === 1 ? 'un lieu' : `${count} lieux`}, numérotés comme dans le tableau.`,
      number: 'N°',
      place: 'Lieu',
      times: 'Heure locale',
      precision: 'Précision',
      unknown: 'hors de la carte',
      goal: 'Où il va : l’anneau',
      handedOver: 'Remis',
      precisions: {
        exact: 'mesuré sur place',
        building: 'le bâtiment',
        postal_code: 'milieu du code postal',
        region: 'quelque part dans l’État',
        country: 'quelque part dans le pays',
      },
      zoomIn: 'Zoom avant',
      zoomOut: 'Zoom arrière',
      zoomAll: 'Tout voir',
    },
  },
);
