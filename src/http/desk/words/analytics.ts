import type { Mode } from '../../../kernel/tenant.ts';
import { inEach } from '../../console/parts/language.ts';

/** Every figure of the analytics. */
export type FigureName =
  | 'registered'
  | 'delivered'
  | 'onTime'
  | 'firstAttempt'
  | 'medianDays'
  | 'p90Days'
  | 'meanDays'
  | 'cases'
  | 'returned';

type By = 'carrier' | 'service' | 'lane';
type Heads = readonly [string, string, string, string];

export interface AnalyticsWords {
  readonly title: string;
  readonly lead: (mode: Mode, weeks: number, from: string, carrier: string | null) => string;
  readonly notOver: (to: string) => string;
  readonly empty: string;
  readonly asFile: string;
  readonly period: string;
  readonly comparedBy: string;
  readonly carrier: string;
  readonly allCarriers: string;
  readonly weeks: (count: number) => string;
  readonly by: Readonly<Record<By | 'week', string>>;
  readonly byNames: Readonly<Record<By | 'week', string>>;
  readonly nothingBefore: (weeks: number) => string;
  readonly against: (by: string, weeks: number, before: string) => string;
  /** Of a hundred. */
  readonly points: string;
  readonly notKnown: string;
  readonly figures: Readonly<
    Record<FigureName, { readonly name: string; readonly meaning: string }>
  >;
  readonly byWeekSaid: (figure: string, values: string) => string;
  readonly volumes: string;
  readonly onTimeTitle: string;
  readonly transit: string;
  readonly transitMeaning: string;
  readonly half: string;
  readonly nineOfTen: string;
  readonly weeksAsTable: string;
  readonly figuresByWeek: string;
  readonly weekFrom: string;
  readonly onTimeBy: Readonly<Record<By, string>>;
  readonly daysBy: Readonly<Record<By, string>>;
  readonly figuresBy: Readonly<Record<By, string>>;
  readonly smaller: (count: number) => string;
  readonly reasons: string;
  readonly reasonsMeaning: string;
  readonly noCase: string;
  readonly casesSaid: string;
  readonly reasonsTable: string;
  readonly reasonsHead: Heads;
  readonly dates: string;
  readonly datesMeaning: string;
  readonly noDates: string;
  readonly and: string;
  readonly meanError: (said: string) => string;
  readonly ours: string;
  readonly theCarriers: string;
  readonly datesTable: string;
  readonly datesHead: Heads;
  readonly rising: string;
  readonly risingWhere: (lane: string | null) => string;
  readonly risingSaid: (said: {
    readonly cases: number;
    readonly parcels: number;
    readonly share: string;
    readonly usual: string;
  }) => string;
  readonly more: (count: number) => string;
}

/** Of the page of figures: what they are called, how they are counted, and what its charts say. */
export const ANALYTICS = inEach<AnalyticsWords>(
  {
    title: 'Analytics',
    lead: (mode, weeks, from, carrier) =>
      `${mode === 'live' ? 'Live' : 'Test'} parcels in the ${weeks} weeks from Monday ${from}${carrier === null ? '' : ` with ${carrier}`}.`,
    notOver: (to) => `The last week, from ${to}, is not over yet.`,
    empty:
      'Nothing was registered or delivered in this time. Choose a longer one, or check the mode at the top.',
    asFile: 'The figures as a file:',
    period: 'Period',
    comparedBy: 'Compared by',
    carrier: 'Carrier',
    allCarriers: 'all carriers',
    weeks: (count) => `${count} weeks`,
    by: { carrier: 'by carrier', service: 'by service', lane: 'by lane', week: 'by week' },
    byNames: { carrier: 'Carrier', service: 'Service', lane: 'Lane', week: 'Week' },
    nothingBefore: (weeks) => `Nothing to compare with in the ${weeks} weeks before`,
    against: (by, weeks, before) => `${by} against the ${weeks} weeks before (${before})`,
    points: 'points',
    notKnown: 'not known',
    figures: {
      registered: { name: 'Registered', meaning: 'Parcels that were registered in the week.' },
      delivered: {
        name: 'Delivered',
        meaning: 'Parcels that were delivered in the week, by the calendar of the place.',
      },
      onTime: {
        name: 'On time',
        meaning: 'Of the delivered parcels that had a promised date: those that came by it.',
      },
      firstAttempt: {
        name: 'First attempt',
        meaning: 'Of the delivered parcels: those for which no delivery was tried in vain.',
      },
      medianDays: {
        name: 'Days in transit, median',
        meaning: 'From the carrier’s first scan to delivery; half of the parcels took no longer.',
      },
      p90Days: {
        name: 'Days in transit, nine of ten',
        meaning: 'From the carrier’s first scan to delivery; nine of ten parcels took no longer.',
      },
      meanDays: {
        name: 'Days in transit, mean',
        meaning: 'From the carrier’s first scan to delivery, on average.',
      },
      cases: {
        name: 'Exceptions',
        meaning: 'Cases opened for each parcel registered in the same time.',
      },
      returned: { name: 'Returned', meaning: 'Parcels that came back to the sender in the week.' },
    },
    byWeekSaid: (figure, values) => `${figure} by week, oldest first: ${values}.`,
    volumes: 'Volumes by week',
    onTimeTitle: 'On time and at the first attempt, by week',
    transit: 'Days in transit by week',
    transitMeaning:
      'From the carrier’s first scan to delivery: how many days half of the parcels took at most, and nine of ten.',
    half: 'half',
    nineOfTen: 'nine of ten',
    weeksAsTable: 'The weeks as a table',
    figuresByWeek: 'Figures by week',
    weekFrom: 'Week from',
    onTimeBy: {
      carrier: 'On time by carrier',
      service: 'On time by service',
      lane: 'On time by lane',
    },
    daysBy: {
      carrier: 'Days in transit by carrier',
      service: 'Days in transit by service',
      lane: 'Days in transit by lane',
    },
    figuresBy: {
      carrier: 'Figures by carrier',
      service: 'Figures by service',
      lane: 'Figures by lane',
    },
    smaller: (count) =>
      count === 1
        ? '1 smaller group is in the file only.'
        : `${count} smaller groups are in the file only.`,
    reasons: 'Exceptions by reason',
    reasonsMeaning:
      'Cases opened, by reason; the rate is for each parcel registered in the same time.',
    noCase: 'No case was opened in this time.',
    casesSaid: 'Cases',
    reasonsTable: 'Reasons and their rates',
    reasonsHead: ['Reason', 'Cases', 'Rate', 'Rate before'],
    dates: 'Our dates beside the carrier’s',
    datesMeaning:
      'By how many days the date at hand-over was wrong on average, for parcels delivered in this time of which both had one.',
    noDates: 'No parcel with both dates was delivered in this time.',
    and: 'and',
    meanError: (said) => `Mean error in days, ours and the carrier’s: ${said}.`,
    ours: 'ours',
    theCarriers: 'the carrier’s',
    datesTable: 'Mean error of dates in days',
    datesHead: ['Carrier', 'Parcels', 'Ours', 'The carrier’s'],
    rising: 'More frequent than usual',
    risingWhere: (lane) => (lane === null ? 'on all lanes together' : `on ${lane}`),
    risingSaid: ({ cases, parcels, share, usual }) =>
      `${cases} of ${parcels} parcels (${share}) this week and last, ${usual} in the eight weeks before.`,
    more: (count) => `And ${count} more.`,
  },
  {
    de: {
      title: 'Auswertung',
      lead: (mode, weeks, from, carrier) =>
        `${mode === 'live' ? 'Echte Pakete' : 'Testpakete'} der ${weeks} Wochen ab Montag, dem ${from}${carrier === null ? '' : `, mit ${carrier}`}.`,
      notOver: (to) => `Die letzte Woche, ab ${to}, ist noch nicht zu Ende.`,
      empty:
        'In dieser Zeit wurde nichts erfasst oder zugestellt. Wählen Sie eine längere, oder prüfen Sie oben den Modus.',
      asFile: 'Die Zahlen als Datei:',
      period: 'Zeitraum',
      comparedBy: 'Vergleichen nach',
      carrier: 'Zusteller',
      allCarriers: 'alle Zusteller',
      weeks: (count) => `${count} Wochen`,
      by: {
        carrier: 'nach Zusteller',
        service: 'nach Dienst',
        lane: 'nach Strecke',
        week: 'nach Woche',
      },
      byNames: { carrier: 'Zusteller', service: 'Dienst', lane: 'Strecke', week: 'Woche' },
      nothingBefore: (weeks) => `In den ${weeks} Wochen davor gibt es nichts zum Vergleichen`,
      against: (by, weeks, before) => `${by} gegenüber den ${weeks} Wochen davor (${before})`,
      points: 'Prozentpunkte',
      notKnown: 'unbekannt',
      figures: {
        registered: { name: 'Erfasst', meaning: 'Pakete, die in der Woche erfasst wurden.' },
        delivered: {
          name: 'Zugestellt',
          meaning: 'Pakete, die in der Woche zugestellt wurden, nach dem Kalender des Ortes.',
        },
        onTime: {
          name: 'Pünktlich',
          meaning: 'Von den zugestellten Paketen mit zugesagtem Tag: die bis dahin ankamen.',
        },
        firstAttempt: {
          name: 'Erster Versuch',
          meaning: 'Von den zugestellten Paketen: die ohne vergeblichen Versuch.',
        },
        medianDays: {
          name: 'Tage unterwegs, Median',
          meaning:
            'Vom ersten Scan des Zustellers bis zur Zustellung; die Hälfte der Pakete brauchte nicht länger.',
        },
        p90Days: {
          name: 'Tage unterwegs, neun von zehn',
          meaning:
            'Vom ersten Scan des Zustellers bis zur Zustellung; neun von zehn Paketen brauchten nicht länger.',
        },
        meanDays: {
          name: 'Tage unterwegs, Mittel',
          meaning: 'Vom ersten Scan des Zustellers bis zur Zustellung, im Durchschnitt.',
        },
        cases: {
          name: 'Ausnahmen',
          meaning: 'Eröffnete Fälle je Paket, das in derselben Zeit erfasst wurde.',
        },
        returned: { name: 'Zurück', meaning: 'Pakete, die in der Woche zum Absender zurückkamen.' },
      },
      byWeekSaid: (figure, values) => `${figure} je Woche, die älteste zuerst: ${values}.`,
      volumes: 'Mengen je Woche',
      onTimeTitle: 'Pünktlich und beim ersten Versuch, je Woche',
      transit: 'Tage unterwegs, je Woche',
      transitMeaning:
        'Vom ersten Scan des Zustellers bis zur Zustellung: wie viele Tage die Hälfte der Pakete höchstens brauchte, und neun von zehn.',
      half: 'die Hälfte',
      nineOfTen: 'neun von zehn',
      weeksAsTable: 'Die Wochen als Tabelle',
      figuresByWeek: 'Zahlen je Woche',
      weekFrom: 'Woche ab',
      onTimeBy: {
        carrier: 'Pünktlich nach Zusteller',
        service: 'Pünktlich nach Dienst',
        lane: 'Pünktlich nach Strecke',
      },
      daysBy: {
        carrier: 'Tage unterwegs nach Zusteller',
        service: 'Tage unterwegs nach Dienst',
        lane: 'Tage unterwegs nach Strecke',
      },
      figuresBy: {
        carrier: 'Zahlen nach Zusteller',
        service: 'Zahlen nach Dienst',
        lane: 'Zahlen nach Strecke',
      },
      smaller: (count) =>
        count === 1
          ? '1 kleinere Gruppe steht nur in der Datei.'
          : `${count} kleinere Gruppen stehen nur in der Datei.`,
      reasons: 'Ausnahmen nach Grund',
      reasonsMeaning:
        'Eröffnete Fälle nach Grund; die Quote gilt je Paket, das in derselben Zeit erfasst wurde.',
      noCase: 'In dieser Zeit wurde kein Fall eröffnet.',
      casesSaid: 'Fälle',
      reasonsTable: 'Gründe und ihre Quoten',
      reasonsHead: ['Grund', 'Fälle', 'Quote', 'Quote davor'],
      dates: 'Unsere Tage neben denen des Zustellers',
      datesMeaning:
        'Um wie viele Tage der bei der Übergabe genannte Termin im Mittel danebenlag, für Pakete dieser Zeit, zu denen es beide gab.',
      noDates: 'In dieser Zeit wurde kein Paket mit beiden Tagen zugestellt.',
      and: 'und',
      meanError: (said) => `Mittlerer Fehler in Tagen, unserer und der des Zustellers: ${said}.`,
      ours: 'unsere',
      theCarriers: 'des Zustellers',
      datesTable: 'Mittlerer Fehler in Tagen',
      datesHead: ['Zusteller', 'Pakete', 'Unsere', 'Des Zustellers'],
      rising: 'Häufiger als sonst',
      risingWhere: (lane) => (lane === null ? 'auf allen Strecken zusammen' : `auf ${lane}`),
      risingSaid: ({ cases, parcels, share, usual }) =>
        `${cases} von ${parcels} Paketen (${share}) in dieser und der letzten Woche, ${usual} in den acht Wochen davor.`,
      more: (count) => (count === 1 ? 'Und 1 weiterer.' : `Und ${count} weitere.`),
    },
    es: {
      title: 'Análisis',
      lead: (mode, weeks, from, carrier) =>
        `Paquetes ${mode === 'live' ? 'reales' : 'de prueba'} en las ${weeks} semanas desde el lunes ${from}${carrier === null ? '' : ` con ${carrier}`}.`,
      notOver: (to) => `La última semana, desde el ${to}, aún no ha terminado.`,
      empty:
        'En este periodo no se registró ni entregó nada. Elija uno más largo, o mire el modo arriba.',
      asFile: 'Las cifras en un archivo:',
      period: 'Periodo',
      comparedBy: 'Comparar por',
      carrier: 'Transportista',
      allCarriers: 'todos los transportistas',
      weeks: (count) => `${count} semanas`,
      by: {
        carrier: 'por transportista',
        service: 'por servicio',
        lane: 'por ruta',
        week: 'por semana',
      },
      byNames: { carrier: 'Transportista', service: 'Servicio', lane: 'Ruta', week: 'Semana' },
      nothingBefore: (weeks) => `No hay con qué comparar en las ${weeks} semanas anteriores`,
      against: (by, weeks, before) => `${by} frente a las ${weeks} semanas anteriores (${before})`,
      points: 'puntos',
      notKnown: 'desconocido',
      figures: {
        registered: { name: 'Registrados', meaning: 'Paquetes registrados en la semana.' },
        delivered: {
          name: 'Entregados',
          meaning: 'Paquetes entregados en la semana, según el calendario del lugar.',
        },
        onTime: {
          name: 'A tiempo',
          meaning:
            'De los paquetes entregados con fecha prometida: los que llegaron dentro de ella.',
        },
        firstAttempt: {
          name: 'Primer intento',
          meaning: 'De los paquetes entregados: los que no tuvieron ningún intento fallido.',
        },
        medianDays: {
          name: 'Días en camino, mediana',
          meaning:
            'Desde el primer escaneo del transportista hasta la entrega; la mitad no tardó más.',
        },
        p90Days: {
          name: 'Días en camino, nueve de cada diez',
          meaning:
            'Desde el primer escaneo del transportista hasta la entrega; nueve de cada diez no tardaron más.',
        },
        meanDays: {
          name: 'Días en camino, media',
          meaning: 'Desde el primer escaneo del transportista hasta la entrega, de media.',
        },
        cases: {
          name: 'Incidencias',
          meaning: 'Casos abiertos por cada paquete registrado en el mismo tiempo.',
        },
        returned: {
          name: 'Devueltos',
          meaning: 'Paquetes que volvieron al remitente en la semana.',
        },
      },
      byWeekSaid: (figure, values) => `${figure} por semana, la más antigua primero: ${values}.`,
      volumes: 'Cantidades por semana',
      onTimeTitle: 'A tiempo y al primer intento, por semana',
      transit: 'Días en camino por semana',
      transitMeaning:
        'Desde el primer escaneo del transportista hasta la entrega: cuántos días tardaron como mucho la mitad de los paquetes, y nueve de cada diez.',
      half: 'la mitad',
      nineOfTen: 'nueve de cada diez',
      weeksAsTable: 'Las semanas en una tabla',
      figuresByWeek: 'Cifras por semana',
      weekFrom: 'Semana desde',
      onTimeBy: {
        carrier: 'A tiempo por transportista',
        service: 'A tiempo por servicio',
        lane: 'A tiempo por ruta',
      },
      daysBy: {
        carrier: 'Días en camino por transportista',
        service: 'Días en camino por servicio',
        lane: 'Días en camino por ruta',
      },
      figuresBy: {
        carrier: 'Cifras por transportista',
        service: 'Cifras por servicio',
        lane: 'Cifras por ruta',
      },
      smaller: (count) =>
        count === 1
          ? '1 grupo más pequeño está solo en el archivo.'
          : `${count} grupos más pequeños están solo en el archivo.`,
      reasons: 'Incidencias por motivo',
      reasonsMeaning:
        'Casos abiertos, por motivo; la tasa es por cada paquete registrado en el mismo tiempo.',
      noCase: 'En este periodo no se abrió ningún caso.',
      casesSaid: 'Casos',
      reasonsTable: 'Motivos y sus tasas',
      reasonsHead: ['Motivo', 'Casos', 'Tasa', 'Tasa anterior'],
      dates: 'Nuestras fechas junto a las del transportista',
      datesMeaning:
        'Cuántos días se desvió de media la fecha prevista en la entrega al transportista, en los paquetes de este periodo de los que había ambas.',
      noDates: 'En este periodo no se entregó ningún paquete con ambas fechas.',
      and: 'y',
      meanError: (said) => `Error medio en días, el nuestro y el del transportista: ${said}.`,
      ours: 'las nuestras',
      theCarriers: 'las del transportista',
      datesTable: 'Error medio de las fechas en días',
      datesHead: ['Transportista', 'Paquetes', 'Las nuestras', 'Las del transportista'],
      rising: 'Más frecuente de lo habitual',
      risingWhere: (lane) => (lane === null ? 'en todas las rutas juntas' : `en ${lane}`),
      risingSaid: ({ cases, parcels, share, usual }) =>
        `${cases} de ${parcels} paquetes (${share}) esta semana y la pasada, ${usual} en las ocho semanas anteriores.`,
      more: (count) => `Y ${count} más.`,
    },
    fr: {
      title: 'Analyses',
      lead: (mode, weeks, from, carrier) =>
        `Colis ${mode === 'live' ? 'réels' : 'de test'} des ${weeks} semaines à partir du lundi ${from}${carrier === null ? '' : ` avec ${carrier}`}.`,
      notOver: (to) => `La dernière semaine, à partir du ${to}, n’est pas encore finie.`,
      empty:
        'Rien n’a été enregistré ni livré durant cette période. Choisissez-en une plus longue, ou vérifiez le mode en haut.',
      asFile: 'Les chiffres dans un fichier :',
      period: 'Période',
      comparedBy: 'Comparer par',
      carrier: 'Transporteur',
      allCarriers: 'tous les transporteurs',
      weeks: (count) => `${count} semaines`,
      by: {
        carrier: 'par transporteur',
        service: 'par service',
        lane: 'par liaison',
        week: 'par semaine',
      },
      byNames: { carrier: 'Transporteur', service: 'Service', lane: 'Liaison', week: 'Semaine' },
      nothingBefore: (weeks) => `Rien à comparer dans les ${weeks} semaines précédentes`,
      against: (by, weeks, before) =>
        `${by} par rapport aux ${weeks} semaines précédentes (${before})`,
      points: 'points',
      notKnown: 'inconnu',
      figures: {
        registered: { name: 'Enregistrés', meaning: 'Colis enregistrés dans la semaine.' },
        delivered: {
          name: 'Livrés',
          meaning: 'Colis livrés dans la semaine, selon le calendrier du lieu.',
        },
        onTime: {
          name: 'Dans les délais',
          meaning: 'Parmi les colis livrés avec une date promise : ceux arrivés à temps.',
        },
        firstAttempt: {
          name: 'Premier essai',
          meaning: 'Parmi les colis livrés : ceux sans aucune tentative infructueuse.',
        },
        medianDays: {
          name: 'Jours en route, médiane',
          meaning:
            'Du premier scan du transporteur à la livraison ; la moitié n’a pas mis plus longtemps.',
        },
        p90Days: {
          name: 'Jours en route, neuf sur dix',
          meaning:
            'Du premier scan du transporteur à la livraison ; neuf sur dix n’ont pas mis plus longtemps.',
        },
        meanDays: {
          name: 'Jours en route, moyenne',
          meaning: 'Du premier scan du transporteur à la livraison, en moyenne.',
        },
        cases: {
          name: 'Incidents',
          meaning: 'Dossiers ouverts pour chaque colis enregistré sur la même période.',
        },
        returned: { name: 'Renvoyés', meaning: 'Colis revenus à l’expéditeur dans la semaine.' },
      },
      byWeekSaid: (figure, values) =>
        `${figure} par semaine, la plus ancienne d’abord : ${values}.`,
      volumes: 'Volumes par semaine',
      onTimeTitle: 'Dans les délais et au premier essai, par semaine',
      transit: 'Jours en route par semaine',
      transitMeaning:
        'Du premier scan du transporteur à la livraison : combien de jours au plus pour la moitié des colis, et pour neuf sur dix.',
      half: 'la moitié',
      nineOfTen: 'neuf sur dix',
      weeksAsTable: 'Les semaines en tableau',
      figuresByWeek: 'Chiffres par semaine',
      weekFrom: 'Semaine du',
      onTimeBy: {
        carrier: 'Dans les délais par transporteur',
        service: 'Dans les délais par service',
        lane: 'Dans les délais par liaison',
      },
      daysBy: {
        carrier: 'Jours en route par transporteur',
        service: 'Jours en route par service',
        lane: 'Jours en route par liaison',
      },
      figuresBy: {
        carrier: 'Chiffres par transporteur',
        service: 'Chiffres par service',
        lane: 'Chiffres par liaison',
      },
      smaller: (count) =>
        count === 1
          ? '1 groupe plus petit n’est que dans le fichier.'
          : `${count} groupes plus petits ne sont que dans le fichier.`,
      reasons: 'Incidents par motif',
      reasonsMeaning:
        'Dossiers ouverts, par motif ; le taux vaut pour chaque colis enregistré sur la même période.',
      noCase: 'Aucun dossier n’a été ouvert durant cette période.',
      casesSaid: 'Dossiers',
      reasonsTable: 'Motifs et leurs taux',
      reasonsHead: ['Motif', 'Dossiers', 'Taux', 'Taux précédent'],
      dates: 'Nos dates à côté de celles du transporteur',
      datesMeaning:
        'De combien de jours la date à la remise était fausse en moyenne, pour les colis de cette période qui avaient les deux.',
      noDates: 'Aucun colis avec les deux dates n’a été livré durant cette période.',
      and: 'et',
      meanError: (said) => `Erreur moyenne en jours, la nôtre et celle du transporteur : ${said}.`,
      ours: 'les nôtres',
      theCarriers: 'celles du transporteur',
      datesTable: 'Erreur moyenne des dates en jours',
      datesHead: ['Transporteur', 'Colis', 'Les nôtres', 'Celles du transporteur'],
      rising: 'Plus fréquent que d’habitude',
      risingWhere: (lane) => (lane === null ? 'sur toutes les liaisons ensemble' : `sur ${lane}`),
      risingSaid: ({ cases, parcels, share, usual }) =>
        `${cases} colis sur ${parcels} (${share}) cette semaine et la précédente, ${usual} dans les huit semaines précédentes.`,
      more: (count) => `Et ${count} de plus.`,
    },
  },
);
