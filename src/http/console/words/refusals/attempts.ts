import { inEach } from '../../operators/parts/language.ts';

/**
 * Why a webhook was not delivered or its endpoint disabled; `{}` is a placeholder for any value.
 */
export const REFUSED_ATTEMPTS = inEach(
  {
    redirected: 'answered {}; redirects are not followed',
    answeredGone: 'answered 410 Gone',
    gone: 'it answered 410 Gone',
    answered: 'answered {}',
    timeout: 'timeout: {}',
    network: 'network: {}',
    tooLarge: 'too_large: {}',
    notSent: 'not sent: {}',
    byYou: 'disabled by you',
    noSuccess: 'no success since {} and {} failures, the last: {}',
  },
  {
    de: {
      redirected: 'antwortete {}; Umleitungen wird nicht gefolgt',
      answeredGone: 'antwortete 410 (nicht mehr da)',
      gone: 'er antwortete 410 (nicht mehr da)',
      answered: 'antwortete {}',
      timeout: 'keine Antwort in der Zeit: {}',
      network: 'nicht erreicht: {}',
      tooLarge: 'zu lange Antwort: {}',
      notSent: 'nicht gesendet: {}',
      byYou: 'von Ihnen abgeschaltet',
      noSuccess: 'kein Erfolg seit {} und {} Fehlschläge, zuletzt: {}',
    },
    es: {
      redirected: 'respondió {}; no se siguen las redirecciones',
      answeredGone: 'respondió 410 (ya no está)',
      gone: 'el destino respondió 410 (ya no está)',
      answered: 'respondió {}',
      timeout: 'sin respuesta a tiempo: {}',
      network: 'no se pudo contactar: {}',
      tooLarge: 'respuesta demasiado larga: {}',
      notSent: 'no enviado: {}',
      byYou: 'desactivado por usted',
      noSuccess: 'ningún éxito desde {} y {} fallos, el último: {}',
    },
    fr: {
      redirected: 'a répondu {} ; les redirections ne sont pas suivies',
      answeredGone: 'a répondu 410 (n’existe plus)',
      gone: 'elle a répondu 410 (n’existe plus)',
      answered: 'a répondu {}',
      timeout: 'pas de réponse à temps : {}',
      network: 'injoignable : {}',
      tooLarge: 'réponse trop longue : {}',
      notSent: 'non envoyé : {}',
      byYou: 'désactivée par vous',
      noSuccess: 'aucun succès depuis {} et {} échecs, le dernier : {}',
    },
  },
);
