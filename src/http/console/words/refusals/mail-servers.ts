import { inEach } from '../../operators/parts/language.ts';

/**
 * Why a mail server could not be checked, or rejected a mail; `{}` is a placeholder for any value.
 */
export const REFUSED_MAIL_SERVERS = inEach(
  {
    nothingAnswers: 'nothing answers on this port of the email server ({})',
    noAnswer: 'the email server did not answer in time ({})',
    noSuchName: 'nobody knows an email server of this name ({})',
    broken:
      'the connection to the email server broke: perhaps its port wants another encryption ({})',
    noEncryption:
      'the email server offers no encryption on this port, so the password was not sent, and no mail is, until it does',
    answers: 'the email server answers {}',
    inner: 'the host has no address of the public internet',
    ports: 'an email server listens on port {}',
    notAccepted: 'The provider refused it: {}.',
    correctIt: "Correct it with the values from the provider's console.",
  },
  {
    de: {
      nothingAnswers: 'an diesem Port des Mailservers antwortet niemand ({})',
      noAnswer: 'der Mailserver hat nicht rechtzeitig geantwortet ({})',
      noSuchName: 'einen Mailserver dieses Namens kennt niemand ({})',
      broken:
        'die Verbindung zum Mailserver brach ab: vielleicht verlangt sein Port eine andere Verschlüsselung ({})',
      noEncryption:
        'der Mailserver bietet an diesem Port keine Verschlüsselung an; deshalb wurde das Passwort nicht gesendet, und bis dahin geht keine E-Mail hinaus',
      answers: 'der Mailserver antwortet {}',
      inner: 'der Server hat keine Adresse im öffentlichen Internet',
      ports: 'ein Mailserver ist unter einem dieser Ports zu erreichen: {}',
      notAccepted: 'Der Anbieter lehnt es ab ({}).',
      correctIt: 'Berichtigen Sie es mit den Werten, die Ihr Anbieter nennt.',
    },
    es: {
      nothingAnswers: 'nadie responde en este puerto del servidor de correo ({})',
      noAnswer: 'el servidor de correo no respondió a tiempo ({})',
      noSuchName: 'nadie conoce un servidor de correo con este nombre ({})',
      broken:
        'la conexión con el servidor de correo se cortó: quizá su puerto pida otro cifrado ({})',
      noEncryption:
        'el servidor de correo no ofrece cifrado en este puerto; por eso no se envió la contraseña, y hasta entonces no sale ningún correo',
      answers: 'el servidor de correo responde {}',
      inner: 'el servidor no tiene ninguna dirección de la internet pública',
      ports: 'un servidor de correo escucha en uno de estos puertos: {}',
      notAccepted: 'El proveedor lo rechaza ({}).',
      correctIt: 'Corríjalo con los valores que le da su proveedor.',
    },
    fr: {
      nothingAnswers: 'rien ne répond sur ce port du serveur de messagerie ({})',
      noAnswer: 'le serveur de messagerie n’a pas répondu à temps ({})',
      noSuchName: 'personne ne connaît de serveur de messagerie de ce nom ({})',
      broken:
        'la connexion au serveur de messagerie s’est rompue : son port demande peut-être un autre chiffrement ({})',
      noEncryption:
        'le serveur de messagerie n’offre aucun chiffrement sur ce port ; le mot de passe n’a donc pas été envoyé, et d’ici là aucun e-mail ne part',
      answers: 'le serveur de messagerie répond {}',
      inner: 'le serveur n’a pas d’adresse sur l’internet public',
      ports: 'un serveur de messagerie écoute sur l’un de ces ports : {}',
      notAccepted: 'Le fournisseur le refuse ({}).',
      correctIt: 'Corrigez avec les valeurs que donne votre fournisseur.',
    },
  },
);
