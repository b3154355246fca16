//! The verbs of all sessions, by the numbers by which JavaScript calls them: those in `npm/lib/verbs.js`.

/// Numbers names in order, and tells the names to who compares the two sides.
macro_rules! verbs {
    ($($name:ident)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "constants that count")]
        #[derive(Clone, Copy)]
        enum Place {
            $($name),*
        }
        $(pub(crate) const $name: u32 = Place::$name as u32;)*
        #[cfg(test)]
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

verbs! {
    STATE QUEUED_COMMANDS EXTENSIONS CAPABILITIES LOGIN_OUTCOME AWAITS_ANSWER WANTS_DATA IS_AUTHENTICATED IS_UTF8
    SEND_DATA FINISH_DATA FINISH SHUT_DOWN ACCEPT REJECT REJECT_TOKEN CHALLENGE BIND_CHANNEL
    AUTH AUTH_LOGIN AUTH_RESPOND AUTH_CANCEL
    EHLO HELO VRFY EXPN HELP STARTTLS DATA RSET NOOP QUIT MAIL RCPT BDAT XCLIENT
    PREPARE RECIPIENT SUBMIT
    LIST UIDL RETR DELE TOP CAPA STLS STAT UTF8 LOGIN APOP LANG
    OPEN SIZE UNIQUE_ID LANGUAGE SEEN SEEN_NUMBERS
}
