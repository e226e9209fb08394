import { counterOf, inEach } from '../../../console/parts/language.ts';

const [en, de, es, fr] = [counterOf('en'), counterOf('de'), counterOf('es'), counterOf('fr')];

/** Of the page that tells a refusal, by its code. */
export const PROBLEM = inEach(
  {
    back: 'Back to the desk',
    request: 'Request',
    wait: (seconds: number) =>
      en(seconds, 'Wait # second before you do.', 'Wait # seconds before you do.'),
    codes: {
      bad_request: { title: 'Please check what you entered', fix: 'Go back and correct it.' },
      too_large: { title: 'This is too large', fix: 'Go back and send less at a time.' },
      too_slow: { title: 'The form arrived too slowly', fix: 'Go back and send it again.' },
      unsupported_media_type: {
        title: 'The form could not be read',
        fix: 'Open the page again and repeat what you did.',
      },
      forbidden: {
        title: 'You may not do this',
        fix: 'Ask an owner of this merchant to do it, or to change your role.',
      },
      not_found: {
        title: 'Not found',
        fix: 'It may have been deleted or handled in the meantime. Go back to the list.',
      },
      conflict: {
        title: 'This is not possible now',
        fix: 'It may have changed in the meantime. Open the page again.',
      },
      forbidden_move: {
        title: 'The shipment cannot get that status',
        fix: 'Go back and choose another status.',
      },
      precondition_failed: {
        title: 'Somebody changed this in the meantime',
        fix: 'Open the page again and repeat what you did.',
      },
      cannot_refresh: {
        title: 'The carrier cannot be asked now',
        fix: 'The parcel has ended, or no account of this carrier may be asked.',
      },
      erased: { title: 'The shipment was erased', fix: 'Nothing of it is kept any more.' },
      rate_limited: { title: 'Too many attempts', fix: 'Try again later.' },
      carrier_unavailable: {
        title: 'The carrier does not answer',
        fix: 'The request may have reached the carrier. Check that before you send it again.',
      },
      internal: {
        title: 'Something went wrong in the hub',
        fix: 'Try again. If it happens again, look for the request below in the log.',
      },
      overloaded: { title: 'The hub is overloaded', fix: 'Nothing was saved. Try again later.' },
    },
  },
  {
    de: {
      back: 'Zurück zu den Sendungen',
      request: 'Anfrage',
      wait: (seconds) =>
        de(seconds, 'Warten Sie vorher # Sekunde.', 'Warten Sie vorher # Sekunden.'),
      codes: {
        bad_request: {
          title: 'Bitte prüfen Sie Ihre Eingaben',
          fix: 'Gehen Sie zurück und berichtigen Sie sie.',
        },
        too_large: {
          title: 'Das ist zu groß',
          fix: 'Gehen Sie zurück und senden Sie weniger auf einmal.',
        },
        too_slow: {
          title: 'Das Formular kam zu langsam an',
          fix: 'Gehen Sie zurück und senden Sie es noch einmal.',
        },
        unsupported_media_type: {
          title: 'Das Formular ließ sich nicht lesen',
          fix: 'Öffnen Sie die Seite noch einmal und wiederholen Sie, was Sie getan haben.',
        },
        forbidden: {
          title: 'Das dürfen Sie nicht',
          fix: 'Bitten Sie einen Inhaber dieses Händlers, es zu tun oder Ihre Rolle zu ändern.',
        },
        not_found: {
          title: 'Nicht gefunden',
          fix: 'Vielleicht wurde es inzwischen gelöscht oder erledigt. Gehen Sie zurück zur Liste.',
        },
        conflict: {
          title: 'Das geht jetzt nicht',
          fix: 'Vielleicht hat sich inzwischen etwas geändert. Öffnen Sie die Seite noch einmal.',
        },
        forbidden_move: {
          title: 'Diesen Status kann die Sendung nicht bekommen',
          fix: 'Gehen Sie zurück und wählen Sie einen anderen.',
        },
        precondition_failed: {
          title: 'Inzwischen hat jemand etwas geändert',
          fix: 'Öffnen Sie die Seite noch einmal und wiederholen Sie, was Sie getan haben.',
        },
        cannot_refresh: {
          title: 'Der Zusteller kann jetzt nicht gefragt werden',
          fix: 'Das Paket ist am Ende, oder kein Konto bei diesem Zusteller darf fragen.',
        },
        erased: { title: 'Die Sendung wurde gelöscht', fix: 'Von ihr ist nichts mehr da.' },
        rate_limited: { title: 'Zu viele Versuche', fix: 'Versuchen Sie es später noch einmal.' },
        carrier_unavailable: {
          title: 'Der Zusteller antwortet nicht',
          fix: 'Vielleicht hat die Anfrage ihn erreicht. Prüfen Sie das, bevor Sie sie noch einmal senden.',
        },
        internal: {
          title: 'Hier ist etwas schiefgegangen',
          fix: 'Versuchen Sie es noch einmal. Geschieht es wieder, suchen Sie die Anfrage unten im Protokoll.',
        },
        overloaded: {
          title: 'Gerade ist zu viel zu tun',
          fix: 'Es wurde nichts gespeichert. Versuchen Sie es später noch einmal.',
        },
      },
    },
    es: {
      back: 'Volver a los envíos',
      request: 'Petición',
      wait: (seconds) => es(seconds, 'Espere antes # segundo.', 'Espere antes # segundos.'),
      codes: {
        bad_request: { title: 'Compruebe lo que ha escrito', fix: 'Vuelva atrás y corríjalo.' },
        too_large: { title: 'Es demasiado grande', fix: 'Vuelva atrás y envíe menos de una vez.' },
        too_slow: {
          title: 'El formulario ha llegado demasiado despacio',
          fix: 'Vuelva atrás y envíelo de nuevo.',
        },
        unsupported_media_type: {
          title: 'El formulario no se ha podido leer',
          fix: 'Abra de nuevo la página y repita lo que hizo.',
        },
        forbidden: {
          title: 'No puede hacer esto',
          fix: 'Pida a un propietario de este comercio que lo haga o que cambie su papel.',
        },
        not_found: {
          title: 'No se encuentra',
          fix: 'Puede que se haya borrado o resuelto entretanto. Vuelva a la lista.',
        },
        conflict: {
          title: 'Ahora no es posible',
          fix: 'Puede que algo haya cambiado entretanto. Abra de nuevo la página.',
        },
        forbidden_move: {
          title: 'El envío no puede pasar a ese estado',
          fix: 'Vuelva atrás y elija otro.',
        },
        precondition_failed: {
          title: 'Alguien lo ha cambiado entretanto',
          fix: 'Abra de nuevo la página y repita lo que hizo.',
        },
        cannot_refresh: {
          title: 'Ahora no se puede preguntar al transportista',
          fix: 'El paquete ha terminado, o ninguna cuenta de este transportista puede preguntar.',
        },
        erased: { title: 'El envío se ha borrado', fix: 'Ya no se conserva nada de él.' },
        rate_limited: { title: 'Demasiados intentos', fix: 'Inténtelo más tarde.' },
        carrier_unavailable: {
          title: 'El transportista no responde',
          fix: 'Puede que la petición le haya llegado. Compruébelo antes de enviarla de nuevo.',
        },
        internal: {
          title: 'Algo ha fallado aquí',
          fix: 'Inténtelo de nuevo. Si vuelve a pasar, busque la petición de abajo en el registro.',
        },
        overloaded: {
          title: 'Ahora hay demasiado que hacer',
          fix: 'No se ha guardado nada. Inténtelo más tarde.',
        },
      },
    },
    fr: {
      back: 'Retour aux envois',
      request: 'Requête',
      wait: (seconds) => fr(seconds, 'Attendez d’abord # seconde.', 'Attendez d’abord # secondes.'),
      codes: {
        bad_request: {
          title: 'Vérifiez ce que vous avez saisi',
          fix: 'Revenez en arrière et corrigez-le.',
        },
        too_large: {
          title: 'C’est trop grand',
          fix: 'Revenez en arrière et envoyez-en moins à la fois.',
        },
        too_slow: {
          title: 'Le formulaire est arrivé trop lentement',
          fix: 'Revenez en arrière et renvoyez-le.',
        },
        unsupported_media_type: {
          title: 'Le formulaire n’a pas pu être lu',
          fix: 'Rouvrez la page et refaites ce que vous avez fait.',
        },
        forbidden: {
          title: 'Vous ne pouvez pas faire cela',
          fix: 'Demandez à un propriétaire de ce marchand de le faire, ou de changer votre rôle.',
        },
        not_found: {
          title: 'Introuvable',
          fix: 'Cela a peut-être été effacé ou traité entre-temps. Revenez à la liste.',
        },
        conflict: {
          title: 'Ce n’est pas possible maintenant',
          fix: 'Cela a peut-être changé entre-temps. Rouvrez la page.',
        },
        forbidden_move: {
          title: 'L’envoi ne peut pas prendre ce statut',
          fix: 'Revenez en arrière et choisissez-en un autre.',
        },
        precondition_failed: {
          title: 'Quelqu’un l’a changé entre-temps',
          fix: 'Rouvrez la page et refaites ce que vous avez fait.',
        },
        cannot_refresh: {
          title: 'Le transporteur ne peut pas être interrogé maintenant',
          fix: 'Le colis est arrivé à son terme, ou aucun compte de ce transporteur ne peut interroger.',
        },
        erased: { title: 'L’envoi a été effacé', fix: 'Il n’en reste plus rien.' },
        rate_limited: { title: 'Trop de tentatives', fix: 'Réessayez plus tard.' },
        carrier_unavailable: {
          title: 'Le transporteur ne répond pas',
          fix: 'La demande lui est peut-être parvenue. Vérifiez-le avant de la renvoyer.',
        },
        internal: {
          title: 'Une erreur s’est produite ici',
          fix: 'Réessayez. Si cela se reproduit, cherchez la requête ci-dessous dans le journal.',
        },
        overloaded: {
          title: 'Il y a trop à faire en ce moment',
          fix: 'Rien n’a été enregistré. Réessayez plus tard.',
        },
      },
    },
  },
);
