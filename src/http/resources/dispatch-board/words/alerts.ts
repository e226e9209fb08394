import { counterOf, inEach } from '../../../console/parts/language.ts';

const [en, de, es, fr] = [counterOf('en'), counterOf('de'), counterOf('es'), counterOf('fr')];

/** Of how the search for couriers goes. */
export const ALERTS = inEach(
  {
    oldest: 'Oldest without a courier',
    noneWaits: 'none waits',
    oldestSays: 'Assign it, or get more couriers on shift.',
    found: 'Found a courier within',
    noneFound: 'none in the last hour',
    within: (length: string, share: string) => `${length} (${share})`,
    few: (count: number) => en(count, '# delivery', '# deliveries'),
    most: (count: number) => `9 of 10 of ${en(count, '# delivery', '# deliveries')}`,
    foundSays: 'Too few couriers are on shift near the pickups, or offers are not answered.',
    each: 'Couriers asked for each',
    nobodyAsked: 'nobody in the last hour',
    eachSays:
      'Offers are declined, or nobody looks at them: “Why” of a delivery shows the answers.',
    orphaned: 'Orphaned',
    orphans: (count: number, lost: number) =>
      `${en(count, '#', '#')} in nobody’s hands, ${en(lost, '# lost its courier', '# lost their courier')}`,
    orphanedSays:
      'Couriers went silent, went off shift or were signed out; what they had not fetched is offered to others.',
  },
  {
    de: {
      oldest: 'Am längsten ohne Kurier',
      noneWaits: 'keine wartet',
      oldestSays: 'Weisen Sie sie zu, oder holen Sie mehr Kuriere in den Dienst.',
      found: 'Kurier gefunden innerhalb von',
      noneFound: 'keine in der letzten Stunde',
      within: (length, share) => `${length} (${share})`,
      few: (count) => de(count, '# Lieferung', '# Lieferungen'),
      most: (count) => `9 von 10 von ${de(count, '# Lieferung', '# Lieferungen')}`,
      foundSays:
        'In der Nähe der Abholungen sind zu wenige Kuriere im Dienst, oder Angebote bleiben ohne Antwort.',
      each: 'Gefragte Kuriere je Lieferung',
      nobodyAsked: 'niemand in der letzten Stunde',
      eachSays:
        'Angebote werden abgelehnt, oder niemand sieht sie an: „Warum“ an einer Lieferung zeigt die Antworten.',
      orphaned: 'Verwaist',
      orphans: (count, lost) =>
        `${de(count, '#', '#')} in niemandes Hand, ${de(lost, '# hat ihren Kurier verloren', '# haben ihren Kurier verloren')}`,
      orphanedSays:
        'Kuriere meldeten sich nicht mehr, gingen aus dem Dienst oder wurden abgemeldet; was sie nicht geholt hatten, wird anderen angeboten.',
    },
    es: {
      oldest: 'Más tiempo sin repartidor',
      noneWaits: 'no espera ninguna',
      oldestSays: 'Asígnela, o ponga más repartidores de turno.',
      found: 'Repartidor encontrado en',
      noneFound: 'ninguna en la última hora',
      within: (length, share) => `${length} (${share})`,
      few: (count) => es(count, '# entrega', '# entregas'),
      most: (count) => `9 de cada 10 de ${es(count, '# entrega', '# entregas')}`,
      foundSays:
        'Hay pocos repartidores de turno cerca de las recogidas, o las ofertas quedan sin responder.',
      each: 'Repartidores preguntados por entrega',
      nobodyAsked: 'nadie en la última hora',
      eachSays:
        'Las ofertas se rechazan, o nadie las mira: «Por qué» de una entrega muestra las respuestas.',
      orphaned: 'Sin manos',
      orphans: (count, lost) =>
        `${es(count, '#', '#')} en manos de nadie, ${es(lost, '# perdió su repartidor', '# perdieron su repartidor')}`,
      orphanedSays:
        'Hubo repartidores que dejaron de dar señales, salieron de turno o fueron desconectados; lo que no habían recogido se ofrece a otros.',
    },
    fr: {
      oldest: 'Le plus longtemps sans coursier',
      noneWaits: 'aucune n’attend',
      oldestSays: 'Attribuez-la, ou mettez plus de coursiers en service.',
      found: 'Coursier trouvé en',
      noneFound: 'aucune depuis une heure',
      within: (length, share) => `${length} (${share})`,
      few: (count) => fr(count, '# livraison', '# livraisons'),
      most: (count) => `9 sur 10 de ${fr(count, '# livraison', '# livraisons')}`,
      foundSays:
        'Trop peu de coursiers sont en service près des enlèvements, ou les propositions restent sans réponse.',
      each: 'Coursiers interrogés par livraison',
      nobodyAsked: 'personne depuis une heure',
      eachSays:
        'Les propositions sont refusées, ou personne ne les regarde : « Pourquoi » d’une livraison montre les réponses.',
      orphaned: 'Orphelines',
      orphans: (count, lost) =>
        `${fr(count, '#', '#')} en mains de personne, ${fr(lost, '# a perdu son coursier', '# ont perdu leur coursier')}`,
      orphanedSays:
        'Des coursiers se sont tus, ont quitté le service ou ont été déconnectés ; ce qu’ils n’avaient pas pris est proposé à d’autres.',
    },
  },
);
