import { inEach } from '../../console/parts/language.ts';

/** Of the page that says whom mails to recipients are from. */
export const SENDER = inEach(
  {
    title: 'Sender',
    heading: 'Sender of mails',
    leads: {
      live: 'Mails to recipients go out by your own mail server, from your address.',
      test: 'Mails about test parcels are not sent: they stay in the hub’s mailbox, where its operators read them. Your mail server is asked all the same, so that you see whether it would take them.',
    },
    done: {
      verified:
        'Saved: mails are from this address now. The mail server was asked, and accepts it.',
      unverified:
        'Saved, but not checked: what the mail server said is below. Mails are tried with what you entered. If none arrive, check server, port, encryption and password here.',
      removed: 'Removed: mails are from the address that the installation has for all.',
    },
    now: 'Now',
    ofInstallation: 'Mails are from the address that the installation has for all its merchants.',
    none: 'You have no mail server here.',
    mailsAre: (from: string, host: string) => `Mails are from ${from}, by ${host}:`,
    states: {
      verified: 'the server accepts it',
      unverified: 'it could not be tried',
      refused: 'the server refuses it',
    },
    byApi: (which: string) => `Set by the API: ${which}.`,
    server: 'Mail server',
    fromAddress: 'Sender’s address',
    fromName: 'Sender’s name',
    replyTo: 'Address for replies',
    port: 'Port',
    encryption: 'Encryption',
    securities: {
      byPort: 'as the port has it',
      tls: 'TLS from the start',
      starttls: 'STARTTLS, or nothing is sent',
      none: 'none, on a network of your own',
    },
    user: 'User name',
    password: 'Password',
    keptPassword: 'Password; empty: as it is',
    unasked: 'Save without asking the mail server',
    save: 'Ask the mail server and save',
    remove: 'Remove the mail server',
  },
  {
    de: {
      title: 'Absender',
      heading: 'Absender von E-Mails',
      leads: {
        live: 'E-Mails an Empfänger gehen über Ihren eigenen Mailserver und von Ihrer Adresse.',
        test: 'E-Mails zu Testpaketen werden nicht gesendet: sie bleiben im Postfach des Hubs, wo seine Betreiber sie lesen. Ihr Mailserver wird trotzdem gefragt, damit Sie sehen, ob er sie annähme.',
      },
      done: {
        verified:
          'Gespeichert: E-Mails kommen jetzt von dieser Adresse. Der Mailserver wurde gefragt und nimmt sie an.',
        unverified:
          'Gespeichert, aber nicht geprüft: was der Mailserver sagte, steht unten. E-Mails werden so versucht, wie Sie es eingegeben haben. Kommen keine an, prüfen Sie hier Server, Port, Verschlüsselung und Passwort.',
        removed: 'Entfernt: E-Mails kommen von der Adresse, die die Installation für alle hat.',
      },
      now: 'Zurzeit',
      ofInstallation: 'E-Mails kommen von der Adresse, die die Installation für alle Händler hat.',
      none: 'Sie haben hier keinen Mailserver.',
      mailsAre: (from, host) => `E-Mails kommen von ${from}, über ${host}:`,
      states: {
        verified: 'der Server nimmt sie an',
        unverified: 'er war nicht zu prüfen',
        refused: 'der Server lehnt sie ab',
      },
      byApi: (which) => `Über die API eingestellt: ${which}.`,
      server: 'Mailserver',
      fromAddress: 'Adresse des Absenders',
      fromName: 'Name des Absenders',
      replyTo: 'Adresse für Antworten',
      port: 'Port',
      encryption: 'Verschlüsselung',
      securities: {
        byPort: 'wie zum Port üblich',
        tls: 'TLS von Anfang an',
        starttls: 'STARTTLS, sonst wird nichts gesendet',
        none: 'keine, in einem eigenen Netz',
      },
      user: 'Benutzername',
      password: 'Passwort',
      keptPassword: 'Passwort; leer: wie bisher',
      unasked: 'Speichern, ohne den Mailserver zu fragen',
      save: 'Mailserver fragen und speichern',
      remove: 'Mailserver entfernen',
    },
    es: {
      title: 'Remitente',
      heading: 'Remitente de los correos',
      leads: {
        live: 'Los correos a los destinatarios salen por su propio servidor y desde su dirección.',
        test: 'Los correos de paquetes de prueba no se envían: quedan en el buzón del hub, donde los leen sus operadores. Aun así se pregunta a su servidor, para que vea si los aceptaría.',
      },
      done: {
        verified:
          'Guardado: los correos salen ahora de esta dirección. Se preguntó al servidor de correo y la acepta.',
        unverified:
          'Guardado, pero sin comprobar: abajo está lo que dijo el servidor de correo. Los correos se intentan como lo ha escrito. Si no llega ninguno, compruebe aquí servidor, puerto, cifrado y contraseña.',
        removed: 'Quitado: los correos salen de la dirección que la instalación tiene para todos.',
      },
      now: 'Ahora',
      ofInstallation:
        'Los correos salen de la dirección que la instalación tiene para todos los comercios.',
      none: 'No tiene ningún servidor de correo aquí.',
      mailsAre: (from, host) => `Los correos salen de ${from}, por ${host}:`,
      states: {
        verified: 'el servidor la acepta',
        unverified: 'no se pudo comprobar',
        refused: 'el servidor la rechaza',
      },
      byApi: (which) => `Ajustado por la API: ${which}.`,
      server: 'Servidor de correo',
      fromAddress: 'Dirección del remitente',
      fromName: 'Nombre del remitente',
      replyTo: 'Dirección para respuestas',
      port: 'Puerto',
      encryption: 'Cifrado',
      securities: {
        byPort: 'como corresponde al puerto',
        tls: 'TLS desde el principio',
        starttls: 'STARTTLS, o no se envía nada',
        none: 'ninguno, en una red propia',
      },
      user: 'Nombre de usuario',
      password: 'Contraseña',
      keptPassword: 'Contraseña; vacío: la que hay',
      unasked: 'Guardar sin preguntar al servidor de correo',
      save: 'Preguntar al servidor de correo y guardar',
      remove: 'Quitar el servidor de correo',
    },
    fr: {
      title: 'Expéditeur',
      heading: 'Expéditeur des e-mails',
      leads: {
        live: 'Les e-mails aux destinataires partent par votre propre serveur, depuis votre adresse.',
        test: 'Les e-mails des colis de test ne sont pas envoyés : ils restent dans la boîte du hub, où ses opérateurs les lisent. Votre serveur est interrogé quand même, pour que vous voyiez s’il les accepterait.',
      },
      done: {
        verified:
          'Enregistré : les e-mails partent désormais de cette adresse. Le serveur de messagerie a été interrogé et l’accepte.',
        unverified:
          'Enregistré, mais pas vérifié : ce que le serveur a dit est plus bas. Les e-mails sont tentés tels que saisis. S’il n’en arrive aucun, vérifiez ici serveur, port, chiffrement et mot de passe.',
        removed: 'Retiré : les e-mails partent de l’adresse que l’installation a pour tous.',
      },
      now: 'En ce moment',
      ofInstallation:
        'Les e-mails partent de l’adresse que l’installation a pour tous les marchands.',
      none: 'Vous n’avez pas de serveur de messagerie ici.',
      mailsAre: (from, host) => `Les e-mails partent de ${from}, par ${host} :`,
      states: {
        verified: 'le serveur l’accepte',
        unverified: 'il n’a pas pu être vérifié',
        refused: 'le serveur la refuse',
      },
      byApi: (which) => `Réglé par l’API : ${which}.`,
      server: 'Serveur de messagerie',
      fromAddress: 'Adresse de l’expéditeur',
      fromName: 'Nom de l’expéditeur',
      replyTo: 'Adresse de réponse',
      port: 'Port',
      encryption: 'Chiffrement',
      securities: {
        byPort: 'selon le port',
        tls: 'TLS dès le début',
        starttls: 'STARTTLS, sinon rien n’est envoyé',
        none: 'aucun, sur un réseau à vous',
      },
      user: 'Nom d’utilisateur',
      password: 'Mot de passe',
      keptPassword: 'Mot de passe ; vide : inchangé',
      unasked: 'Enregistrer sans interroger le serveur de messagerie',
      save: 'Interroger le serveur de messagerie et enregistrer',
      remove: 'Retirer le serveur de messagerie',
    },
  },
);
