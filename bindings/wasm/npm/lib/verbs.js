// The numbers by which the module knows sessions and their verbs: the same as in src/session.rs and src/verb.rs.

export const SESSIONS = {
  SmtpClient: 0, SmtpServer: 1, SmtpSubmission: 2, Pop3Client: 3, Pop3Server: 4, Pop3Download: 5,
};

const NAMES =
  'state queuedCommands extensions capabilities loginOutcome awaitsAnswer wantsData isAuthenticated isUtf8 ' +
  'sendData finishData finish shutDown accept reject rejectToken challenge bindChannel ' +
  'auth authLogin authRespond authCancel ' +
  'ehlo helo vrfy expn help starttls data rset noop quit mail rcpt bdat xclient ' +
  'prepare recipient submit ' +
  'list uidl retr dele top capa stls stat utf8 login apop lang ' +
  'open size uniqueId language seen seenNumbers';

export const VERBS = Object.fromEntries(NAMES.split(' ').map((verb, number) => [verb, number]));
